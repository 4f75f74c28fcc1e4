import { randomUUID } from 'node:crypto';
import { createWriteStream, mkdirSync } from 'node:fs';
import { mkdir, open, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';

const TEMPORARY = '.incoming-';

/**
 * Writes a new file of `dir`. The file has its name only once its bytes are on the disk, and the name is on the
 * disk when this returns. `name` is asked after the last chunk. Returns the size in bytes.
 */
export async function writeDurably(
  dir: string,
  chunks: AsyncIterable<Uint8Array>,
  name: () => string,
): Promise<number> {
  // nothing may be awaited before the chunks are: a stream that breaks while nobody listens ends the process
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  const temporary = join(dir, `${TEMPORARY}${randomUUID()}`);
  try {
    const size = await writeAndSync(temporary, chunks);
    await rename(temporary, join(dir, name()));
    await syncFolder(dir);
    return size;
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}

/** Removes what writers left that died half-way; only for when nobody writes. */
export async function removeUnfinished(dir: string): Promise<void> {
  await mkdir(dir, { recursive: true, mode: 0o700 });
  const names = (await readdir(dir)).filter((name) => name.startsWith(TEMPORARY));
  await Promise.all(names.map((name) => rm(join(dir, name), { force: true })));
}

/** Makes names that were given or taken in this folder survive a power cut. */
export async function syncFolder(dir: string): Promise<void> {
  await using folder = await open(dir, 'r');
  await folder.sync();
}

async function writeAndSync(path: string, chunks: AsyncIterable<Uint8Array>): Promise<number> {
  // readable by the user that builds run as: the folder keeps everybody else out
  const file = createWriteStream(path, { flags: 'wx', mode: 0o644, flush: true });
  await pipeline(chunks, file);
  return file.bytesWritten;
}
