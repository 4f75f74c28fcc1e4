import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { cp, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

const REPOSITORY = resolve(import.meta.dirname, '../..');

/** A server and a router that do nothing but get ready, to try the scripts alone. */
const SERVER = `
import { createServer } from 'node:http';
import { writeFileSync, rmSync } from 'node:fs';
const home = process.env.MONOKU_HOME;
writeFileSync(home + '/admin.token', 'mnk_first', { mode: 0o600 });
rmSync(home + '/run/admin', { force: true });
createServer().listen(home + '/run/admin');
createServer((_, response) => response.end('door')).listen(Number(process.env.MONOKU_API_PORT));
`;
const ROUTER = `
import { createServer } from 'node:http';
createServer((_, response) => response.end('router')).listen(Number(process.env.MONOKU_HTTP_PORT));
`;

export interface Outcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Checkout {
  readonly folder: string;
  readonly home: string;
  readonly apiPort: number;
  readonly httpPort: number;
  /** Runs one of the scripts, with settings of its own on top. */
  script(name: string, words?: readonly string[], settings?: Settings): Promise<Outcome>;
  remove(): Promise<void>;
}

type Settings = Readonly<Record<string, string | undefined>>;

/** A copy of the repository with stand-ins, a fresh home below /tmp and free ports. */
export async function createCheckout(): Promise<Checkout> {
  const folder = await mkdtemp(join(tmpdir(), 'monoku-checkout-'));
  const home = join(tmpdir(), `monoku-home-${randomBytes(4).toString('hex')}`);
  const [apiPort, httpPort] = [await freePort(), await freePort()];
  await copyRepository(folder);
  const environment = {
    PATH: process.env.PATH ?? '',
    MONOKU_HOME: home,
    MONOKU_API_PORT: String(apiPort),
    MONOKU_HTTP_PORT: String(httpPort),
    MONOKU_SETTINGS: '/dev/null',
  };
  const script: Checkout['script'] = (name, words = [], settings = {}) =>
    run(join(folder, 'scripts', name), words, { ...environment, ...settings });
  return {
    folder,
    home,
    apiPort,
    httpPort,
    script,
    async remove() {
      await script('down', ['--destroy', '--yes']);
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Runs a program to its end; a code other than 0 is an answer, not an error. */
export function run(
  program: string,
  words: readonly string[],
  env: Settings = {},
): Promise<Outcome> {
  return new Promise((done) => {
    const child = execFile(
      program,
      words,
      { env, timeout: 900_000, maxBuffer: 1024 ** 3 },
      (_, stdout, stderr) => {
        done({ code: child.exitCode ?? -1, stdout, stderr });
      },
    );
    child.stdin?.end();
  });
}

async function copyRepository(folder: string): Promise<void> {
  for (const name of ['scripts', 'buildpacks', 'package.json', 'package-lock.json'])
    await cp(join(REPOSITORY, name), join(folder, name), { recursive: true });
  await symlink(join(REPOSITORY, 'node_modules'), join(folder, 'node_modules'));
  await mkdir(join(folder, 'server'));
  await mkdir(join(folder, 'router'));
  await writeFile(join(folder, 'server/main.ts'), SERVER);
  await writeFile(join(folder, 'router/main.ts'), ROUTER);
  await writeFile(join(folder, 'router/contract.ts'), '');
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
  const address = server.address();
  await new Promise((closed) => server.close(closed));
  if (address === null || typeof address === 'string') throw new Error('No port was given.');
  return address.port;
}
