import { randomUUID } from 'node:crypto';
import { chown, lstat, mkdir, readFile, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DYNO_UID } from '../../../domain/dyno.ts';
import { PlatformError } from '../../../domain/errors.ts';
import { unpackSlug, verifySlug } from './unpack.ts';

export interface UnpackedSlugs {
  /** The folder that holds the slug's files; unpacks it unless that was done since the machine came up. */
  ensure(sha256: string): Promise<string>;
  /** Removes all but these. */
  keep(sha256s: ReadonlySet<string>): Promise<void>;
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

export function createUnpackedSlugs(folders: SlugFolders): UnpackedSlugs {
  const running = new Map<string, Promise<void>>();
  const place = (sha256: string): string => join(folders.unpacked, sha256);

  async function unpack(sha256: string): Promise<void> {
    if (await isFromThisBoot(place(sha256))) return;
    await verifySlug(folders.path(sha256), sha256);
    const temporary = join(folders.unpacked, `.${randomUUID()}`);
    try {
      await makeEmpty(temporary);
      await unpackSlug(folders.path(sha256), temporary, folders.limit);
      await requireAppFolder(temporary);
      await writeFile(join(temporary, 'boot'), await bootId());
      await rm(place(sha256), { recursive: true, force: true });
      await rename(temporary, place(sha256));
    } finally {
      await rm(temporary, { recursive: true, force: true });
    }
  }

  return {
    async ensure(sha256) {
      if (!SHA256.test(sha256)) throw new Error(`"${sha256}" is no slug.`);
      const unpacking = running.get(sha256) ?? unpack(sha256).finally(() => running.delete(sha256));
      running.set(sha256, unpacking);
      await unpacking;
      return join(place(sha256), 'app');
    },
    async keep(sha256s) {
      const kept = new Set([...sha256s, ...running.keys()]);
      const found = await readdir(folders.unpacked).catch(() => []);
      const unused = found.filter((name) => !kept.has(name));
      const removals = unused.map((name) =>
        rm(join(folders.unpacked, name), { recursive: true, force: true }),
      );
      await Promise.all(removals);
    },
  };
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
  await mkdir(folder, { recursive: true, mode: 0o755 });
  await chown(folder, DYNO_UID, DYNO_UID);
}

/** The host follows no link of a slug, so the one place that it does name must be none. */
async function requireAppFolder(folder: string): Promise<void> {
  const found = await lstat(join(folder, 'app')).catch(() => null);
  if (found?.isDirectory()) return;
  throw new PlatformError('invalid_params', 'The slug holds no folder "app".');
}
