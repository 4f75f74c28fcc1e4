import { execFile } from 'node:child_process';
import { chown, mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { DYNO_UID } from '../domain/dyno.ts';
import { parseConfigName, type ConfigVars } from '../domain/config-vars.ts';
import type { BuildId } from '../domain/ids.ts';
import type { Submodule } from '../domain/submodule.ts';
import type { BuildTask } from './task.ts';

/** What a build has on the host while it runs. */
export interface Workspace {
  readonly app: string;
  readonly out: string;
  readonly tmp: string;
  /** What the build writes to its cache, and the kernel's own folder beside it. */
  readonly cache: string;
  readonly cacheWork: string;
  /** In memory: one file per config var. */
  readonly env: string;
  /** Lines of commit, path and URL; null when there are none. */
  readonly submodules: string | null;
}

export interface Workspaces {
  make(task: BuildTask): Promise<Workspace>;
  remove(build: BuildId): Promise<void>;
  /** Every build that has files here. */
  list(): Promise<readonly BuildId[]>;
}

interface Folders {
  /** On a file system of fixed size. */
  readonly scratch: string;
  /** In memory. */
  readonly secrets: string;
}

export function createWorkspaces({ scratch, secrets }: Folders): Workspaces {
  const roots = [join(scratch, 'builds'), join(secrets, 'builds')] as const;
  return {
    async make({ id, config, submodules }) {
      const [root, env] = [join(roots[0], id), join(roots[1], id)];
      await Promise.all([makeOpen(root), makeOpen(env)]);
      const at = (name: string): string => join(root, name);
      const [app, out, tmp, cache] = [at('app'), at('out'), at('tmp'), at('cache')];
      const cacheWork = at('cache-work');
      await Promise.all([
        ...[app, out, tmp, cache].map(makeOwned),
        mkdir(cacheWork),
        writeConfig(env, config),
      ]);
      const list = submodules.length === 0 ? null : at('submodules');
      if (list !== null) await writeFile(list, formatSubmodules(submodules), { mode: 0o644 });
      return { app, out, tmp, cache, cacheWork, env, submodules: list };
    },
    async remove(build) {
      const folders = roots.map((root) => join(root, build));
      // `rm` goes into folders nested deeper than any path that could be handed to the kernel
      await promisify(execFile)('rm', ['-rf', '--one-file-system', '--', ...folders]);
    },
    async list() {
      const lists = await Promise.all(roots.map((root) => readdir(root).catch(() => [])));
      return [...new Set(lists.flat())] as BuildId[];
    },
  };
}

/** Names are bound to this one format, so that none can leave the folder or break a line. */
export function formatSubmodules(submodules: readonly Submodule[]): string {
  return submodules.map(({ commit, path, url }) => `${commit}\t${path}\t${url}\n`).join('');
}

async function writeConfig(folder: string, config: ConfigVars): Promise<void> {
  const files = Object.entries(config).map(async ([name, value]) => {
    const file = join(folder, parseConfigName(name));
    await writeFile(file, value, { mode: 0o400, flag: 'wx' });
    await chown(file, DYNO_UID, DYNO_UID);
  });
  await Promise.all(files);
  await chown(folder, DYNO_UID, DYNO_UID);
}

/** Its parents let builds' mounts through, and show nobody what else is there. */
async function makeOpen(folder: string): Promise<void> {
  await mkdir(join(folder, '..'), { recursive: true, mode: 0o711 });
  await mkdir(folder, { mode: 0o700 });
}

async function makeOwned(folder: string): Promise<void> {
  await mkdir(folder, { mode: 0o755 });
  await chown(folder, DYNO_UID, DYNO_UID);
}
