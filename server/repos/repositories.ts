import { chownSync, existsSync, mkdirSync } from 'node:fs';
import { chmod, mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { AppId } from '../domain/ids.ts';
import { createContents, type Contents } from './contents.ts';
import { createGitRunner, type GitRunner } from './git.ts';
import { install, type InstallationSettings } from './installation.ts';

/** The bare repositories, one per app, named by the app's id. */
export interface Repos extends Contents {
  /** The folder of all of them. */
  readonly dir: string;
  /** The environment that every git process gets, and nothing else. */
  readonly env: Readonly<Record<string, string>>;
  path(app: AppId): string;
  exists(app: AppId): boolean;
  /** Makes the repository unless it exists. */
  ensure(app: AppId): Promise<void>;
  remove(app: AppId): Promise<void>;
  /** Full name of a ref → the id it points to. */
  refs(app: AppId): Promise<ReadonlyMap<string, string>>;
  /** What a clone checks out. */
  setHead(app: AppId, ref: string): Promise<void>;
}

export function createRepos(settings: InstallationSettings): Repos {
  const { dir, owner } = settings;
  const env = install(settings);
  const git = createGitRunner({ owner, env });
  const path = (app: AppId): string => join(dir, `${app}.git`);
  const exists = (app: AppId): boolean => existsSync(path(app));
  return {
    dir,
    env,
    path,
    exists,
    ensure: async (app) => {
      if (!exists(app)) await create(git, settings, app);
    },
    remove: (app) => rm(path(app), { recursive: true, force: true }),
    refs: async (app) => {
      const format = '--format=%(objectname) %(refname)';
      return parseRefs((await git.run(['for-each-ref', format], { cwd: path(app) })).toString());
    },
    setHead: async (app, ref) => {
      await git.run(['symbolic-ref', 'HEAD', ref], { cwd: path(app) });
    },
    ...createContents(git, path),
  };
}

/** Made aside and renamed, so that a half-made repository is never taken for one. */
async function create(git: GitRunner, settings: InstallationSettings, app: AppId): Promise<void> {
  const { dir, owner } = settings;
  const draft = join(dir, `${app}.${String(process.hrtime.bigint())}.draft`);
  mkdirSync(draft, { mode: 0o750 });
  chownSync(draft, owner.uid, owner.gid);
  await git.run(['init', '--bare', '--quiet', '--template=', '.'], { cwd: draft });
  await writeAttributes(join(draft, 'info'));
  try {
    await rename(draft, join(dir, `${app}.git`));
  } catch (error) {
    await rm(draft, { recursive: true });
    if (!existsSync(join(dir, `${app}.git`))) throw error;
  }
}

/** What a repository says of itself must not change what is deployed of it. */
async function writeAttributes(folder: string): Promise<void> {
  const file = join(folder, 'attributes');
  await mkdir(folder);
  await writeFile(file, '* -export-ignore -export-subst\n');
  await chmod(folder, 0o755);
  await chmod(file, 0o644);
}

function parseRefs(text: string): ReadonlyMap<string, string> {
  const lines = text.split('\n').filter((line) => line !== '');
  return new Map(
    lines.map((line) => [line.slice(line.indexOf(' ') + 1), line.split(' ')[0] ?? '']),
  );
}
