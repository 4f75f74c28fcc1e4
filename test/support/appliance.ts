import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { request } from 'node:http';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';

export const checkout = resolve(import.meta.dirname, '..', '..');

export interface Outcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Page {
  readonly status: number;
  readonly body: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
}

/** One appliance of its own home and ports, black box: what a person with a terminal has. */
export interface Appliance {
  readonly home: string;
  readonly httpPort: number;
  readonly apiPort: number;
  readonly token: string;
  readonly env: NodeJS.ProcessEnv;
  /** `scripts/monoku …`; never rejects. */
  monoku(...words: string[]): Promise<Outcome>;
  /** As `monoku`, and rejects with what was printed when the exit code isn't 0. */
  mustMonoku(...words: string[]): Promise<string>;
  /** What the app answers through the router. */
  get(app: string, path?: string): Promise<Page>;
  remote(app: string): string;
  /** The pid in `run/<name>.pid`. */
  pid(name: 'server' | 'router' | 'redis'): Promise<number>;
  up(): Promise<Outcome>;
  destroy(): Promise<void>;
}

const run = promisify(execFile);

/** Starts an appliance with `scripts/up`. The caller destroys it. */
export async function startAppliance(
  settings: Readonly<Record<string, string>> = {},
): Promise<Appliance> {
  const home = await mkdtemp(join(tmpdir(), 'monoku-home-'));
  const [httpPort, apiPort, httpsPort, sshPort] = await freePorts();
  const env: NodeJS.ProcessEnv = {
    ...process.env,
    MONOKU_HOME: home,
    MONOKU_HTTP_PORT: String(httpPort),
    MONOKU_HTTPS_PORT: String(httpsPort),
    MONOKU_API_PORT: String(apiPort),
    MONOKU_SSH_PORT: String(sshPort),
    MONOKU_SCRATCH_MB: '2048',
    ...settings,
  };
  const up = (): Promise<Outcome> => outcomeOf(join(checkout, 'scripts', 'up'), [], { env });
  const started = await up();
  if (started.code !== 0) throw new Error(`scripts/up failed:\n${started.stdout}${started.stderr}`);
  const token = (await readFile(join(home, 'admin.token'), 'utf8')).trim();
  const monoku = (...words: string[]): Promise<Outcome> =>
    outcomeOf(join(checkout, 'scripts', 'monoku'), words, { env });
  return {
    home,
    httpPort,
    apiPort,
    token,
    env,
    up,
    monoku,
    mustMonoku: async (...words) => must(`monoku ${words.join(' ')}`, await monoku(...words)),
    get: (app, path = '/') => getPage({ port: httpPort, host: `${app}.localhost`, path }),
    remote: (app) => `http://monoku:${token}@localhost:${apiPort}/${app}.git`,
    pid: async (name) =>
      Number.parseInt(await readFile(join(home, 'run', `${name}.pid`), 'utf8'), 10),
    async destroy() {
      const down = await outcomeOf(join(checkout, 'scripts', 'down'), ['--destroy', '--yes'], {
        env,
      });
      await rm(home, { recursive: true, force: true });
      must('scripts/down --destroy', down);
    },
  };
}

/** Runs a program to its end; a signal's exit code is 128 + its number, as a shell has it. */
export async function outcomeOf(
  program: string,
  words: readonly string[],
  options: { env?: NodeJS.ProcessEnv; cwd?: string; timeout?: number } = {},
): Promise<Outcome> {
  try {
    const { stdout, stderr } = await run(program, words, {
      maxBuffer: 1024 ** 3,
      timeout: 600_000,
      ...options,
    });
    return { code: 0, stdout, stderr };
  } catch (error) {
    const { code, stdout, stderr } = error as { code?: unknown; stdout?: string; stderr?: string };
    if (stdout === undefined) throw error;
    return { code: typeof code === 'number' ? code : 255, stdout, stderr: stderr ?? '' };
  }
}

export function must(what: string, { code, stdout, stderr }: Outcome): string {
  if (code !== 0) throw new Error(`${what} ended with ${code}:\n${stdout}${stderr}`);
  return stdout;
}

export function start(
  program: string,
  words: readonly string[],
  env: NodeJS.ProcessEnv,
): ChildProcess {
  return spawn(program, words, { env, stdio: ['ignore', 'pipe', 'pipe'] });
}

export function getPage(where: { port: number; host: string; path: string }): Promise<Page> {
  return new Promise((resolve, reject) => {
    const sent = request(
      {
        host: '127.0.0.1',
        port: where.port,
        path: where.path,
        headers: { host: where.host },
        timeout: 90_000,
      },
      (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('error', reject);
        response.on('end', () => {
          const body = Buffer.concat(chunks).toString();
          resolve({ status: response.statusCode ?? 0, body, headers: response.headers });
        });
      },
    );
    sent.on('error', reject);
    sent.on('timeout', () => sent.destroy(new Error('no answer within 90 s')));
    sent.end();
  });
}

/** Asks again until it is so; for what the world does in its own time. */
export async function eventually<T>(
  what: string,
  ask: () => Promise<T | undefined | false>,
  seconds = 60,
): Promise<T> {
  const end = Date.now() + seconds * 1000;
  for (;;) {
    const answer = await ask();
    if (answer !== undefined && answer !== false) return answer;
    if (Date.now() > end) throw new Error(`waited ${seconds} s in vain: ${what}`);
    await new Promise((again) => setTimeout(again, 100));
  }
}

export function freshName(prefix: string): string {
  return `${prefix}-${randomBytes(4).toString('hex')}`;
}

async function freePorts(): Promise<[number, number, number, number]> {
  const servers = await Promise.all(
    Array.from({ length: 4 }, async () => {
      const server = createServer();
      await new Promise<void>((listening) => server.listen(0, listening));
      return server;
    }),
  );
  const ports = servers.map((server) => (server.address() as { port: number }).port);
  await Promise.all(servers.map((server) => new Promise((closed) => server.close(closed))));
  return ports as [number, number, number, number];
}
