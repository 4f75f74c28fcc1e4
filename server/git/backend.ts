import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import type { Service } from './request.ts';

/** Milliseconds after the last exchange at which the process is let go. */
const IDLE_LIMIT = 60_000;

export interface BackendSettings {
  /** Folder of the repositories. */
  readonly dir: string;
  /** Unix socket to reach the process by. */
  readonly socket: string;
  /** As whom git runs. */
  readonly owner: { readonly uid: number; readonly gid: number };
}

/** The first line on a connection to the process; the body follows. */
export interface Task {
  readonly service: Service;
  readonly step: 'advertise' | 'exchange';
  /** Folder of the repository, below `dir`. */
  readonly repository: string;
  /** Bytes of body that are handed on as one piece at first, as node-git-server wants it. */
  readonly head: number;
}

export interface Backend {
  /** Write the body, end it, read the answer. Never half an answer: a failure destroys the socket. */
  open(task: Task): Promise<Socket>;
  close(): Promise<void>;
}

/**
 * node-git-server in a process of its own: git then runs as `owner` with `env` alone, and what
 * makes it fall takes nothing else along. It starts when it is needed.
 */
export function createBackend(
  settings: BackendSettings,
  env: Readonly<Record<string, string>>,
): Backend {
  let running: Promise<ChildProcess> | undefined;
  let inUse = 0;
  let idle: NodeJS.Timeout | undefined;

  const stop = async (): Promise<void> => {
    const stopping = running;
    running = undefined;
    await stopping?.then(end, () => undefined);
  };
  const start = (): Promise<ChildProcess> => {
    const started = launch(settings, env);
    const forget = (): void => {
      if (running === started) running = undefined;
    };
    started.then((child) => child.once('exit', forget), forget);
    return started;
  };
  const leave = (): void => {
    inUse -= 1;
    if (inUse === 0) idle = setTimeout(() => void stop(), IDLE_LIMIT).unref();
  };
  return {
    async open(task) {
      clearTimeout(idle);
      inUse += 1;
      try {
        await (running ??= start());
        const socket = await dial(settings.socket);
        socket.once('close', leave);
        socket.write(`${JSON.stringify(task)}\n`);
        return socket;
      } catch (error) {
        leave();
        throw error;
      }
    },
    close: stop,
  };
}

async function launch(
  settings: BackendSettings,
  env: Readonly<Record<string, string>>,
): Promise<ChildProcess> {
  const program = join(import.meta.dirname, 'backend-process.ts');
  const child = spawn(process.execPath, [program, JSON.stringify(settings)], {
    env,
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  const ready = await Promise.race([
    once(child, 'message').then(() => true),
    once(child, 'exit').then(() => false),
  ]);
  if (!ready) throw new Error('the git backend ended before it was ready');
  child.channel?.unref();
  child.unref();
  return child;
}

async function dial(path: string): Promise<Socket> {
  const socket = connect({ path, allowHalfOpen: true });
  await once(socket, 'connect');
  // who reads or writes is told by 'close'; an 'error' without a listener would end the server
  socket.on('error', () => undefined);
  return socket;
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exit = once(child, 'exit');
  child.kill();
  await exit;
}
