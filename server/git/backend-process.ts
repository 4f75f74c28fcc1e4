import { rmSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer, type Socket } from 'node:net';
import { PassThrough } from 'node:stream';
import { Git } from 'node-git-server';
import type { BackendSettings, Task } from './backend.ts';
import { tameServices } from './node-git-server.ts';

/** The program that backend.ts starts: node-git-server behind a unix socket, as `owner`. */
const settings = JSON.parse(process.argv[2] ?? '') as BackendSettings;
const git = new Git(settings.dir, { autoCreate: false });
tameServices(git);

const server = createServer({ allowHalfOpen: true }, (socket) => {
  socket.on('error', () => undefined);
  void serve(socket).catch(() => socket.destroy());
});

process.once('disconnect', () => process.exit());
process.umask(0o077);
rmSync(settings.socket, { force: true });
server.listen(settings.socket, () => {
  becomeOwner(settings.owner);
  process.umask(0o027);
  process.send?.('ready', () => {
    // a server that is gone by now needs no word: 'disconnect' ends this process
  });
});

function becomeOwner({ uid, gid }: BackendSettings['owner']): void {
  if (process.getuid?.() === uid) return;
  process.setgroups?.([gid]);
  process.setgid?.(gid);
  process.setuid?.(uid);
}

/**
 * node-git-server falls over when a request or a response errors or is aborted, so it never sees
 * ours: what it reads ends whenever the sender does, what it writes is always taken.
 */
async function serve(socket: Socket): Promise<void> {
  const task = JSON.parse((await readUntilNewline(socket)).toString()) as Task;
  const head = await readExactly(socket, task.head);
  const request = new PassThrough();
  const response = new PassThrough();
  git.handle(asRequest(request, task), asResponse(response, socket));
  if (head.length > 0) request.write(head);
  socket.pipe(request);
  socket.once('close', () => {
    request.end();
    response.unpipe(socket);
    response.resume();
  });
  response.pipe(socket);
}

function asRequest(stream: PassThrough, task: Task): IncomingMessage {
  const path = `/${task.repository}`;
  const call =
    task.step === 'advertise'
      ? { method: 'GET', url: `${path}/info/refs?service=git-${task.service}` }
      : { method: 'POST', url: `${path}/git-${task.service}` };
  return Object.assign(stream, { ...call, headers: {} }) as unknown as IncomingMessage;
}

/** Anything but a 200 was not foreseen: no answer is better than a wrong one. */
function asResponse(stream: PassThrough, socket: Socket): ServerResponse {
  const response = Object.assign(stream, {
    setHeader: () => response,
    writeHead: () => response,
  }) as unknown as ServerResponse;
  Object.defineProperty(response, 'statusCode', { set: () => socket.destroy() });
  return response;
}

async function readUntilNewline(socket: Socket): Promise<Buffer> {
  const bytes: Buffer[] = [];
  for (;;) {
    const byte = await readExactly(socket, 1);
    if (byte[0] === 0x0a) return Buffer.concat(bytes);
    bytes.push(byte);
  }
}

async function readExactly(socket: Socket, size: number): Promise<Buffer> {
  if (size === 0) return Buffer.alloc(0);
  for (;;) {
    const data = socket.read(size) as Buffer | null;
    if (data?.length === size) return data;
    if (socket.readableEnded || socket.destroyed || data !== null) throw new Error('cut short');
    await readable(socket);
  }
}

function readable(socket: Socket): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      for (const event of ['readable', 'end', 'close']) socket.off(event, done);
      resolve();
    };
    for (const event of ['readable', 'end', 'close']) socket.on(event, done);
  });
}
