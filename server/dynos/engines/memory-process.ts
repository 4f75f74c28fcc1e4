import { createServer, type Server, type Socket } from 'node:net';
import type { Readable } from 'node:stream';
import { setTimeout } from 'node:timers/promises';
import type { EngineDyno } from '../engine.ts';

/** What a pretended process does to the world. */
export interface ProcessWorld {
  readonly endpoint: NonNullable<EngineDyno['endpoint']>;
  readonly env: Readonly<Record<string, string>>;
  readonly stdin: Readable | null;
  print(stream: 'stdout' | 'stderr', text: string): void;
  ended(code: number, why: { readonly outOfMemory: boolean }): void;
}

export interface PretendedProcess {
  signal(name: string): void;
  end(code: number): void;
}

/** Exit codes of processes that a signal ended. */
const SIGNALED: Readonly<Record<string, number>> = { SIGHUP: 129, SIGINT: 130, SIGKILL: 137 };

/**
 * Runs a command of its own small language, statements separated by ";": `print TEXT`, `warn TEXT`,
 * `show NAME` (a variable), `listen` (echoes over TCP), `sleep MILLISECONDS`, `wait`, `ignore SIGTERM`,
 * `farewell TEXT` (printed at SIGTERM, and then 0 is the exit code), `cat`, `exit CODE`, `exhaust memory`. At its end a process that listens goes on, another exits with 0.
 */
export function startProcess(command: string, world: ProcessWorld): PretendedProcess {
  const ending = new AbortController();
  const ignored = new Set<string>();
  const farewells: string[] = [];
  const sockets = new Set<Socket>();
  let server: Server | null = null;

  function end(code: number, outOfMemory = false): void {
    if (ending.signal.aborted) return;
    ending.abort();
    server?.close();
    for (const socket of sockets) socket.destroy();
    world.ended(code, { outOfMemory });
  }

  const verbs: Readonly<Record<string, (rest: string) => unknown>> = {
    print: (text) => {
      world.print('stdout', text);
    },
    warn: (text) => {
      world.print('stderr', text);
    },
    show: (name) => {
      world.print('stdout', `<${world.env[name] ?? ''}>`);
    },
    farewell: (text) => farewells.push(text),
    ignore: (name) => ignored.add(name),
    exit: (code) => {
      end(Number(code));
    },
    exhaust: () => {
      end(137, true);
    },
    sleep: (milliseconds) => pause(Number(milliseconds), ending.signal),
    wait: () => new Promise(() => undefined),
    cat: () => copy(world),
    listen: async () => {
      server = await echoServer(world.endpoint, sockets);
      if (ending.signal.aborted) server.close();
    },
  };

  void Promise.resolve()
    .then(() => runScript(command, verbs, ending.signal))
    .then(() => {
      if (!server) end(0);
    })
    .catch((error: unknown) => {
      world.print('stderr', String(error));
      end(127);
    });
  return {
    end,
    signal(name) {
      if (name !== 'SIGKILL' && ignored.has(name)) return;
      if (name === 'SIGTERM') for (const text of farewells) world.print('stdout', text);
      end(name === 'SIGTERM' && farewells.length > 0 ? 0 : (SIGNALED[name] ?? 143));
    },
  };
}

async function runScript(
  command: string,
  verbs: Readonly<Record<string, (rest: string) => unknown>>,
  ended: AbortSignal,
): Promise<void> {
  for (const statement of command.split(';').map((text) => text.trim())) {
    if (ended.aborted) return;
    const [, verb = '', rest = ''] = /^(\S*)\s*(.*)$/.exec(statement) ?? [];
    const run = verbs[verb];
    if (!run) throw new Error(`${verb}: command not found`);
    await run(rest);
  }
}

async function echoServer(
  { address, port }: ProcessWorld['endpoint'],
  sockets: Set<Socket>,
): Promise<Server> {
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket)).on('error', () => undefined);
    socket.pipe(socket);
  });
  server.unref();
  const { promise, resolve, reject } = Promise.withResolvers<undefined>();
  server.once('error', reject).listen(port, address, () => {
    resolve(undefined);
  });
  await promise;
  return server;
}

async function copy(world: ProcessWorld): Promise<void> {
  if (!world.stdin) return;
  for await (const chunk of world.stdin) world.print('stdout', String(chunk).replace(/\n$/, ''));
}

async function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  await setTimeout(milliseconds, undefined, { signal }).catch(() => undefined);
}
