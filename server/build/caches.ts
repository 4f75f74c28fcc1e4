import { randomUUID } from 'node:crypto';
import { chown, mkdir, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { DYNO_UID } from '../domain/dyno.ts';
import type { AppId } from '../domain/ids.ts';
import { syncFolder } from './durable-file.ts';

/**
 * The build caches of apps: numbered folders of which the highest counts. A build never writes to one; a good one
 * puts the next beside it, complete before it has its number.
 */
export interface Caches {
  newest(app: AppId): Promise<string | null>;
  /** An empty folder of the dynos' user, to be filled and given to `keep`. */
  begin(app: AppId): Promise<string>;
  keep(app: AppId, filled: string): Promise<void>;
  /** Removes all but the newest. */
  prune(app: AppId): Promise<void>;
  /** The app's next build starts without a cache. */
  forget(app: AppId): Promise<void>;
  /** Removes what was begun and not kept; only for when nothing is being built. */
  sweep(): Promise<void>;
}

const UNFINISHED = 'new-';

export function createCaches({ dir }: { dir: string }): Caches {
  const folder = (app: AppId): string => join(dir, app);

  async function numbers(app: AppId): Promise<number[]> {
    const names = await readdir(folder(app)).catch(() => []);
    return names
      .filter((name) => /^\d+$/.test(name))
      .map(Number)
      .sort((a, b) => a - b);
  }

  return {
    async newest(app) {
      const number = (await numbers(app)).at(-1);
      return number === undefined ? null : join(folder(app), String(number));
    },
    async begin(app) {
      const begun = join(folder(app), `${UNFINISHED}${randomUUID()}`);
      await mkdir(begun, { recursive: true, mode: 0o700 });
      await chown(begun, DYNO_UID, DYNO_UID);
      return begun;
    },
    async keep(app, filled) {
      const last = (await numbers(app)).at(-1) ?? 0;
      await rename(filled, join(folder(app), String(last + 1)));
      await syncFolder(folder(app));
    },
    async prune(app) {
      const old = (await numbers(app)).slice(0, -1);
      await Promise.all(old.map((number) => removeTree(join(folder(app), String(number)))));
    },
    forget: (app) => removeTree(folder(app)),
    async sweep() {
      const apps = await readdir(dir).catch(() => []);
      for (const app of apps) {
        const names = await readdir(join(dir, app));
        const unfinished = names.filter((name) => name.startsWith(UNFINISHED));
        await Promise.all(unfinished.map((name) => removeTree(join(dir, app, name))));
      }
    },
  };
}

async function removeTree(path: string): Promise<void> {
  await rm(path, { recursive: true, force: true });
}
