import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { notFound } from '../domain/errors.ts';
import { removeUnfinished, writeDurably } from './durable-file.ts';

/** Slugs on disk, each named by the SHA-256 of its bytes. */
export interface SlugFiles {
  /** On disk for good when it returns; the same bytes twice are one file. */
  add(
    bytes: AsyncIterable<Uint8Array>,
  ): Promise<{ readonly sha256: string; readonly size: number }>;
  path(sha256: string): string;
  has(sha256: string): boolean;
  remove(sha256: string): Promise<void>;
  /** Removes what a crash left half-written; to be called before the first `add`. */
  sweep(): Promise<void>;
}

export function createSlugFiles({ dir }: { dir: string }): SlugFiles {
  const path = (sha256: string): string => {
    if (!/^[0-9a-f]{64}$/.test(sha256)) throw notFound('slug');
    return join(dir, sha256);
  };
  return {
    async add(bytes) {
      const hash = createHash('sha256');
      let sha256 = '';
      const size = await writeDurably(
        dir,
        hashed(bytes, hash),
        () => (sha256 = hash.digest('hex')),
      );
      return { sha256, size };
    },
    path,
    has: (sha256) => existsSync(path(sha256)),
    remove: (sha256) => rm(path(sha256), { force: true }),
    sweep: () => removeUnfinished(dir),
  };
}

async function* hashed(
  bytes: AsyncIterable<Uint8Array>,
  hash: { update(chunk: Uint8Array): unknown },
): AsyncGenerator<Uint8Array, void> {
  for await (const chunk of bytes) {
    hash.update(chunk);
    yield chunk;
  }
}
