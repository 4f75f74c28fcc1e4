import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { finished } from 'node:stream/promises';
import { startAppliance } from '../git/appliance.ts';
import { createWorkingCopy, runGit, type WorkingCopy } from '../git/client.ts';
import { commitNoise } from '../git/large-copy.ts';

/**
 * What our door, leases and hook add to a push: the same push to a bare repository on disk, and
 * through the door to an app whose build takes no time. Prints milliseconds and their ratio.
 */
const LARGE_MEGABYTES = 300;
const SMALL_PUSHES = 10;

const cleanups: (() => unknown)[] = [];
const scope = { after: (cleanup: () => unknown) => cleanups.push(cleanup) };

try {
  const appliance = await startAppliance(scope, {}, async (source) => {
    await finished(source.resume());
    return Buffer.alloc(0);
  });
  const bare = mkdtempSync(join(tmpdir(), 'monoku-bare-'));
  scope.after(() => {
    rmSync(bare, { recursive: true });
  });
  await runGit(bare, ['init', '-q', '--bare', '.']);
  await runGit(bare, ['config', 'receive.unpackLimit', '1']);
  const copy = await createWorkingCopy(scope);

  await push(copy, appliance.url);
  await push(copy, bare);
  const small = { disk: [] as number[], door: [] as number[] };
  for (let count = 0; count < SMALL_PUSHES; count++) {
    await copy.commit('hello.txt', `${String(count)}\n`);
    small.disk.push(await push(copy, bare));
    small.door.push(await push(copy, appliance.url));
  }
  print('small push', median(small.disk), median(small.door));

  await commitNoise(copy, LARGE_MEGABYTES);
  print(`${String(LARGE_MEGABYTES)} MB`, await push(copy, bare), await push(copy, appliance.url));
} finally {
  for (const cleanup of cleanups.reverse()) await cleanup();
}

async function push(copy: WorkingCopy, url: string): Promise<number> {
  const start = performance.now();
  await copy.must('push', '-q', url, 'main');
  return performance.now() - start;
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN;
}

function print(name: string, disk: number, door: number): void {
  const ratio = (door / disk).toFixed(2);
  console.log(`${name}: disk ${disk.toFixed(0)} ms, door ${door.toFixed(0)} ms, ratio ${ratio}`);
}
