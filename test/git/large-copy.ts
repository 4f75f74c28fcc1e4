import { randomFillSync } from 'node:crypto';
import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import type { WorkingCopy } from './client.ts';

const MEGABYTE = 1024 ** 2;

/** Commits as many megabytes as are wanted of what no compression makes smaller. */
export async function commitNoise(copy: WorkingCopy, megabytes: number): Promise<void> {
  const block = Buffer.alloc(MEGABYTE);
  for (let count = 0; count < megabytes; count++) {
    appendFileSync(join(copy.dir, 'noise'), randomFillSync(block));
  }
  await copy.must('config', 'core.compression', '0');
  await copy.commit('hello.txt', 'with noise\n');
}
