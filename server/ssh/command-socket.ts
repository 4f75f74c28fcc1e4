import { once } from 'node:events';
import { chmod, rm } from 'node:fs/promises';
import { createServer, type Socket } from 'node:net';
import { PassThrough } from 'node:stream';
import type { Actor } from '../domain/account.ts';
import type { Session } from './command.ts';
import { createFrameReader, encodeFrame, type Frame, type Hello } from './frames.ts';

export interface CommandSocketOptions {
  readonly path: string;
  /** Permission bits of the socket: who may connect is who may command. */
  readonly mode: number;
  /** As whom a connection's command is run. */
  actor(): Actor;
  run(words: readonly string[], session: Session): Promise<number>;
  report(error: unknown): void;
}

/** Runs command lines that come over a unix socket, each on a connection of its own. */
export async function openCommandSocket(
  options: CommandSocketOptions,
): Promise<{ close(): Promise<void> }> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => undefined);
    serve(socket, options);
  });
  await rm(options.path, { force: true });
  server.listen(options.path);
  await once(server, 'listening');
  await chmod(options.path, options.mode);
  return {
    async close() {
      server.close();
      for (const socket of sockets) socket.destroy();
      await rm(options.path, { force: true });
    },
  };
}

function serve(socket: Socket, options: CommandSocketOptions): void {
  const gone = new AbortController();
  const stdin = new PassThrough();
  const read = createFrameReader();
  let started = false;

  const begin = async (hello: Hello): Promise<void> => {
    const code = await options.run(hello.words, sessionOf(socket, { hello, stdin, gone, options }));
    socket.end(encodeFrame('x', JSON.stringify({ code })));
  };

  const take = ({ type, payload }: Frame): void => {
    if (type === 'h' && !started) {
      started = true;
      begin(JSON.parse(payload.toString()) as Hello).catch((error: unknown) => {
        options.report(error);
        socket.destroy();
      });
    } else if (type === 'i') {
      if (!stdin.write(payload)) pauseUntilDrained(socket, stdin);
    } else if (type === 'e') stdin.end();
  };

  socket.on('close', () => {
    gone.abort();
    stdin.destroy();
  });
  socket.on('data', (chunk: Buffer) => {
    try {
      for (const frame of read(chunk)) take(frame);
    } catch {
      socket.destroy();
    }
  });
}

function pauseUntilDrained(socket: Socket, stdin: PassThrough): void {
  socket.pause();
  stdin.once('drain', () => socket.resume());
}

interface Parts {
  readonly hello: Hello;
  readonly stdin: PassThrough;
  readonly gone: AbortController;
  readonly options: CommandSocketOptions;
}

function sessionOf(socket: Socket, { hello, stdin, gone, options }: Parts): Session {
  return {
    actor: options.actor(),
    stdin,
    terminal: hello.terminal,
    signal: gone.signal,
    out: (text) => void socket.write(encodeFrame('o', text)),
    err: (text) => void socket.write(encodeFrame('r', text)),
    drained: () => drained(socket),
  };
}

/** Resolves when the socket has taken what was written, or is closed. */
function drained(socket: Socket): Promise<void> {
  if (!socket.writableNeedDrain || socket.destroyed) return Promise.resolve();
  return new Promise((resolve) => {
    const end = (): void => {
      socket.off('drain', end);
      socket.off('close', end);
      resolve();
    };
    socket.on('drain', end);
    socket.on('close', end);
  });
}
