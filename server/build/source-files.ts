import { randomUUID } from 'node:crypto';
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { isId } from '../domain/ids.ts';
import { invalid, notFound } from '../domain/errors.ts';
import { removeUnfinished, writeDurably } from './durable-file.ts';

/** The tarballs of code that builds start from. */
export interface SourceFiles {
  /** On disk for good when it returns. Throws `invalid_params` for more than `limit` bytes. */
  write(source: AsyncIterable<Uint8Array>): Promise<{ readonly id: string; readonly size: number }>;
  path(id: string): string;
  remove(id: string): Promise<void>;
  /** Removes all but these, whole or half-written; to be called before the first write. */
  sweep(keep: ReadonlySet<string>): Promise<void>;
}

export function createSourceFiles({ dir, limit }: { dir: string; limit: number }): SourceFiles {
  const path = (id: string): string => {
    if (!isId(id)) throw notFound('source');
    return join(dir, `${id}.tar`);
  };
  return {
    async write(source) {
      const id = randomUUID();
      const size = await writeDurably(dir, upTo(limit, source), () => `${id}.tar`);
      return { id, size };
    },
    path,
    remove: (id) => rm(path(id), { force: true }),
    async sweep(keep) {
      await removeUnfinished(dir);
      const ids = (await readdir(dir)).map((name) => name.replace(/\.tar$/, ''));
      const others = ids.filter((id) => isId(id) && !keep.has(id));
      await Promise.all(others.map((id) => rm(path(id), { force: true })));
    },
  };
}

async function* upTo(
  limit: number,
  source: AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array, void> {
  let size = 0;
  for await (const chunk of source) {
    size += chunk.length;
    if (size > limit) {
      throw invalid(
        `The source is larger than ${String(limit)} bytes. Leave large files out of the repository, or fetch them in the build.`,
      );
    }
    yield chunk;
  }
}
