import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { test } from 'node:test';

const root = resolve(import.meta.dirname, '..');

/** Room → the rooms it may import from, apart from itself. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  'server/domain': [],
  router: [],
  'server/docker': ['server/domain'],
  'server/store': ['server/domain'],
  'server/repos': ['server/domain'],
  'server/logs': ['server/domain'],
  'server/build': ['server/domain', 'server/docker'],
  'server/dynos': ['server/domain', 'server/docker'],
  'server/addons': ['server/domain', 'server/docker'],
  'server/routes': ['server/domain', 'router/contract.ts'],
  'server/actions': ['server/domain'],
  'server/api': ['server/domain', 'server/actions'],
  'server/ssh': ['server/domain', 'server/actions'],
  'server/git': ['server/domain', 'server/actions'],
  'server/dashboard': ['server/domain', 'server/actions'],
};

/** Rooms that `actions` may name by `import type` only. */
const MECHANISMS = ['store', 'docker', 'repos', 'build', 'dynos', 'addons', 'routes', 'logs'].map(
  (room) => `server/${room}`,
);

/** Files directly in server/ that may import everything. */
const ROOTS = ['server/platform.ts', 'server/main.ts'];

/** Package → the one place that may import it. */
const OWNERS: Readonly<Record<string, string>> = {
  'better-sqlite3': 'server/store',
  dockerode: 'server/docker',
  bullmq: 'server/build/queue.ts',
  'node-git-server': 'server/git',
};

interface Import {
  readonly file: string;
  readonly target: string;
  readonly typeOnly: boolean;
}

function sources(folder: string): string[] {
  return readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.[cm]?[jt]s$/.test(entry.name))
    .map((entry) => relative(root, join(entry.parentPath, entry.name)));
}

function importsOf(file: string): Import[] {
  const text = readFileSync(join(root, file), 'utf8');
  const pattern =
    /(?:^|\n)\s*(?:import|export)\s+(type\s+)?(?:[^'";]*?\sfrom\s+)?['"]([^'"]+)['"]|import\(\s*['"]([^'"]+)['"]/g;
  return [...text.matchAll(pattern)].map((match) => {
    const specifier = match[2] ?? match[3] ?? '';
    return {
      file,
      typeOnly: match[1] !== undefined,
      target: specifier.startsWith('.')
        ? relative(root, resolve(root, dirname(file), specifier))
        : specifier,
    };
  });
}

const files = [...sources('server'), ...sources('router')];
const imports = files.flatMap(importsOf);

function roomOf(path: string): string {
  return path.startsWith('router/') ? 'router' : path.split('/').slice(0, 2).join('/');
}

function allowed({ file, target, typeOnly }: Import): boolean {
  if (ROOTS.includes(file)) return true;
  const from = roomOf(file);
  const to = roomOf(target);
  if (from === to) return true;
  if (from === 'server/actions' && MECHANISMS.includes(to)) return typeOnly;
  const list = MAY_IMPORT[from] ?? ['server/domain'];
  return list.includes(to) || list.includes(target);
}

test('imports between rooms point one way', () => {
  const wrong = imports
    .filter(({ target }) => /^(server|router)\//.test(target))
    .filter((i) => !allowed(i));
  assert.deepEqual(
    wrong.map(({ file, target }) => `${file} imports ${target}`),
    [],
  );
});

test('every folder of server/ is a room of the table', () => {
  const rooms = files
    .filter((file) => file.split('/').length > 2 && file.startsWith('server/'))
    .map(roomOf);
  assert.deepEqual(
    [...new Set(rooms)].filter((room) => !Object.hasOwn(MAY_IMPORT, room)),
    [],
  );
});

test('a package with an owner is imported by its owner alone', () => {
  const wrong = imports.filter(({ file, target }) => {
    const owner = OWNERS[target];
    return owner !== undefined && !file.startsWith(owner);
  });
  assert.deepEqual(
    wrong.map(({ file, target }) => `${file} imports ${target}`),
    [],
  );
});

test('nothing in server/ or router/ imports a test, and process.env is read in config.ts alone', () => {
  assert.deepEqual(
    imports.filter(({ target }) => target.startsWith('test/')).map(({ file }) => file),
    [],
  );
  const readers = files.filter(
    (file) =>
      readFileSync(join(root, file), 'utf8').includes('process.env') &&
      !/(^|\/)config\.ts$/.test(file),
  );
  assert.deepEqual(readers, []);
});

test('no file name says nothing', () => {
  const empty =
    /(^|\/)(utils?|helpers?|common|lib|types|misc|.*(manager|handler|processor))(\.ts|\/)/i;
  assert.deepEqual(
    files.filter((file) => empty.test(file)),
    [],
  );
});
