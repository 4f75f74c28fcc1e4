import { chown, lstat, mkdir, readFile, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DYNO_UID } from '../../../domain/dyno.ts';
import { PlatformError } from '../../../domain/errors.ts';
import { unpackSlug, verifySlug } from './unpack.ts';

export interface UnpackedSlugs {
  /** The folder that holds the slug's files; unpacks it unless that was done since the machine came up. */
  ensure(sha256: string): Promise<string>;
  /** Removes all but these and what was asked for within the last minutes. */
  keep(sha256s: ReadonlySet<string>): Promise<void>;
  /** Removes all of them. */
  clear(): Promise<void>;
}

export interface SlugFolders {
  /** The tar.zst of a slug. */
  path(sha256: string): string;
  /** Where slugs are unpacked. */
  readonly unpacked: string;
  /** Bytes that a slug may take unpacked. */
  readonly limit: number;
}

const SHA256 = /^[0-9a-f]{64}$/;

/** Milliseconds for which a slug is kept that was asked for: its dyno may not be seen yet. */
const RECENT = 10 * 60 * 1000;

export function createUnpackedSlugs(folders: SlugFolders): UnpackedSlugs {
  const inTurn = createTurns();
  const asked = new Map<string, number>();
  const place = (sha256: string): string => join(folders.unpacked, sha256);
  const isRecent = (sha256: string): boolean => (asked.get(sha256) ?? 0) > Date.now() - RECENT;

  async function unpack(sha256: string): Promise<void> {
    if (await isFromThisBoot(place(sha256))) return;
    const file = folders.path(sha256);
    await verifySlug(file, sha256);
    const temporary = join(folders.unpacked, `.${sha256}`);
    try {
      await makeEmpty(temporary);
      await unpackSlug(file, temporary, folders.limit);
      await requireAppFolder(temporary);
      await writeFile(join(temporary, 'boot'), await bootId());
      await remove(place(sha256));
      await rename(temporary, place(sha256));
    } finally {
      await remove(temporary);
    }
  }

  async function names(): Promise<string[]> {
    const found = await readdir(folders.unpacked).catch(() => []);
    return [...new Set(found.map((name) => name.replace(/^\./, '')))];
  }

  async function removeSlug(sha256: string): Promise<void> {
    await Promise.all([remove(place(sha256)), remove(place(`.${sha256}`))]);
    asked.delete(sha256);
  }

  return {
    async ensure(sha256) {
      if (!SHA256.test(sha256)) throw new Error(`"${sha256}" is no slug.`);
      asked.set(sha256, Date.now());
      await inTurn(sha256, () => unpack(sha256));
      return join(place(sha256), 'app');
    },
    async keep(sha256s) {
      const unused = (await names()).filter((sha256) => !sha256s.has(sha256));
      for (const sha256 of unused) {
        await inTurn(sha256, async () => {
          if (!isRecent(sha256)) await removeSlug(sha256);
        });
      }
    },
    async clear() {
      for (const sha256 of await names()) await inTurn(sha256, () => removeSlug(sha256));
    },
  };
}

/** Work on one slug at a time: never unpacked twice at once, never used while it is removed. */
function createTurns(): (sha256: string, work: () => Promise<void>) => Promise<void> {
  const last = new Map<string, Promise<void>>();
  return async (sha256, work) => {
    const turn = (last.get(sha256) ?? Promise.resolve()).then(work, work);
    last.set(sha256, turn);
    try {
      await turn;
    } finally {
      if (last.get(sha256) === turn) last.delete(sha256);
    }
  };
}

async function remove(folder: string): Promise<void> {
  await rm(folder, { recursive: true, force: true });
}

/**
 * What was unpacked before the machine last came up may have lost its content to a power cut: its files were
 * never forced to disk, as unpacking again is cheaper than that.
 */
async function isFromThisBoot(folder: string): Promise<boolean> {
  const written = await readFile(join(folder, 'boot'), 'utf8').catch(() => '');
  return written === (await bootId());
}

function bootId(): Promise<string> {
  return readFile('/proc/sys/kernel/random/boot_id', 'utf8');
}

async function makeEmpty(folder: string): Promise<void> {
  await remove(folder);
  await mkdir(folder, { recursive: true, mode: 0o755 });
  await chown(folder, DYNO_UID, DYNO_UID);
}

/** The host follows no link of a slug, so the one place that it does name must be none. */
async function requireAppFolder(folder: string): Promise<void> {
  const found = await lstat(join(folder, 'app')).catch(() => null);
  if (found?.isDirectory()) return;
  throw new PlatformError('invalid_params', 'The slug holds no folder "app".');
}
