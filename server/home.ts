import { randomBytes } from 'node:crypto';
import { chownSync, chmodSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createId, isId, type HomeId } from './domain/ids.ts';

/** The folder that is the appliance: what it knows, and who it is. */
export interface Home {
  readonly id: HomeId;
  readonly paths: HomePaths;
  /** Seals the apps' keys. */
  readonly masterKey: Buffer;
  /** Folder on tmpfs for what must never reach a disk. */
  readonly secrets: string;
}

/** The OS user as whom git runs and whose group may ask the hook's socket. */
export interface Owner {
  readonly uid: number;
  readonly gid: number;
}

/** Makes what is missing; run again it changes nothing. */
export function openHome(home: string, owner: Owner): Home {
  const paths = homePaths(home);
  // others may pass through, to their repositories and sockets, but not look around
  folder(home, 0o711);
  folder(join(home, 'run'), 0o711);
  for (const path of [paths.sources, paths.slugs, paths.builds, paths.logs]) folder(path, 0o700);
  folder(paths.caches, 0o711);
  folder(paths.unpacked, 0o711);
  folder(paths.repos, 0o700);
  chownSync(paths.repos, owner.uid, owner.gid);
  const id = kept(paths.id, () => createId<HomeId>()) as HomeId;
  if (!isId(id))
    throw new Error(`${paths.id} does not hold this appliance's id; restore it from a backup.`);
  const secrets = join('/run/monoku', id);
  folder('/run/monoku', 0o711);
  folder(secrets, 0o711);
  const masterKey = Buffer.from(
    kept(paths.masterKey, () => randomBytes(32).toString('hex')),
    'hex',
  );
  return { id, paths, masterKey, secrets };
}

function folder(path: string, mode: number): void {
  mkdirSync(path, { recursive: true });
  chmodSync(path, mode);
}

/** The file's text; made, whole or not at all, when there is none. */
function kept(path: string, make: () => string): string {
  try {
    return readFileSync(path, 'utf8').trim();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
  const text = make();
  writeSecret(path, text);
  return text;
}

/** Readable by root alone, and either whole or not there. */
export function writeSecret(path: string, text: string): void {
  writeFileSync(`${path}.new`, `${text}\n`, { mode: 0o600, flush: true });
  renameSync(`${path}.new`, path);
}

/** Where everything lies below the home. */
export interface HomePaths {
  readonly id: string;
  readonly masterKey: string;
  readonly database: string;
  readonly adminToken: string;
  readonly tls: string;
  readonly ca: string;
  readonly repos: string;
  readonly sources: string;
  readonly slugs: string;
  readonly unpacked: string;
  readonly caches: string;
  readonly builds: string;
  readonly logs: string;
  readonly scratch: string;
  readonly scratchImage: string;
  readonly adminSocket: string;
  readonly hookSocket: string;
  readonly gitSocket: string;
  readonly routerSocket: string;
  readonly redisSocket: string;
}

export function homePaths(home: string): HomePaths {
  const at = (...parts: string[]): string => join(home, ...parts);
  return {
    id: at('id'),
    masterKey: at('master.key'),
    database: at('monoku.db'),
    adminToken: at('admin.token'),
    tls: at('tls'),
    ca: at('ca.pem'),
    repos: at('repos'),
    sources: at('sources'),
    slugs: at('slugs'),
    unpacked: at('unpacked'),
    caches: at('cache'),
    builds: at('builds'),
    logs: at('logs'),
    scratch: at('scratch'),
    scratchImage: at('scratch.img'),
    adminSocket: at('run', 'admin'),
    hookSocket: at('run', 'hook'),
    gitSocket: at('run', 'git'),
    routerSocket: at('run', 'router'),
    redisSocket: at('run', 'redis.sock'),
  };
}
