import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A real Redis of a test's own, on a unix socket, with its data on disk so that it can be killed and come back. */
export interface TestRedis extends AsyncDisposable {
  readonly socket: string;
  start(): Promise<void>;
  stop(signal?: 'SIGTERM' | 'SIGKILL'): Promise<void>;
}

export async function startRedis(): Promise<TestRedis> {
  const dir = await mkdtemp(join(tmpdir(), 'monoku-redis-'));
  const socket = join(dir, 'redis.sock');
  let child: ChildProcess | null = null;

  async function start(): Promise<void> {
    child = spawn(
      'redis-server',
      ['--port', '0', '--unixsocket', socket, '--dir', dir, '--save', '', '--appendonly', 'yes'],
      { stdio: ['ignore', 'pipe', 'inherit'] },
    );
    await ready(child);
  }

  async function stop(signal: 'SIGTERM' | 'SIGKILL' = 'SIGTERM'): Promise<void> {
    const ending = child;
    child = null;
    if (ending?.exitCode !== null || ending.signalCode !== null) return;
    const exited = once(ending, 'exit');
    ending.kill(signal);
    await exited;
  }

  await start();
  return {
    socket,
    start,
    stop,
    async [Symbol.asyncDispose]() {
      await stop('SIGKILL');
      await rm(dir, { recursive: true, force: true });
    },
  };
}

/** Resolves once Redis says that it takes connections. */
async function ready(child: ChildProcess): Promise<void> {
  const said = Promise.withResolvers<undefined>();
  let text = '';
  child.stdout?.on('data', (chunk) => {
    text += String(chunk);
    if (/ready to accept connections/i.test(text)) said.resolve(undefined);
  });
  child.once('exit', () => {
    said.reject(new Error(`redis-server ended: ${text}`));
  });
  await said.promise;
}
