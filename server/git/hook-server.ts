import { chmodSync, chownSync, rmSync } from 'node:fs';
import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import type { Leases } from './leases.ts';
import { patientWrite } from './patient-write.ts';
import {
  decidePush,
  parseHookRequest,
  type HookRequest,
  type PreReceiveDependencies,
  type Write,
} from './pre-receive.ts';

const REQUEST_LIMIT = 8 * 1024 ** 2;
const REQUEST_SECONDS = 30;

export interface HookServerDependencies extends PreReceiveDependencies {
  /** Path of the unix socket; the group that git runs as may connect. */
  readonly socket: string;
  readonly gid: number;
  readonly leases: Leases;
}

/** The server's end of the pre-receive hook: the push it speaks of must be one that is going on. */
export async function listenForHooks(
  dependencies: HookServerDependencies,
): Promise<{ close(): Promise<void> }> {
  const open = new Set<Socket>();
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    open.add(socket);
    socket.once('close', () => open.delete(socket));
    socket.on('error', () => undefined);
    void serve(socket, dependencies).catch(dependencies.onFailure);
  });
  rmSync(dependencies.socket, { force: true });
  server.listen(dependencies.socket);
  await once(server, 'listening');
  chownSync(dependencies.socket, process.getuid?.() ?? 0, dependencies.gid);
  chmodSync(dependencies.socket, 0o660);
  return {
    async close() {
      server.close();
      for (const socket of open) socket.destroy();
      await once(server, 'close');
    },
  };
}

async function serve(socket: Socket, dependencies: HookServerDependencies): Promise<void> {
  const request = parseHookRequest(await readRequest(socket));
  const lease = request && dependencies.leases.find(request.app);
  const write: Write = (text) => patientWrite(socket, withoutNuls(Buffer.from(text)));
  let stands = false;
  if (request === undefined || lease === undefined || !matches(request, lease)) {
    await write(' !     This push is not known to Monoku: push to the address that it prints.\n');
  } else {
    lease.deployment ??= decidePush(lease, request, write, dependencies);
    stands = await lease.deployment;
  }
  socket.end(`\0${stands ? '0' : '1'}`);
}

/** Everything up to the empty line. */
async function readRequest(socket: Socket): Promise<string> {
  socket.setTimeout(REQUEST_SECONDS * 1000, () => socket.destroy());
  let text = '';
  socket.setEncoding('utf8');
  for await (const chunk of socket.iterator({ destroyOnReturn: false })) {
    text += String(chunk);
    if (text.endsWith('\n\n') || text.length > REQUEST_LIMIT) break;
  }
  socket.setTimeout(0);
  return text;
}

function matches(request: HookRequest, lease: { readonly commands: HookRequest['commands'] }) {
  return JSON.stringify(request.commands) === JSON.stringify(lease.commands);
}

/** A NUL is the protocol's own; in a text it becomes a blank. */
function withoutNuls(text: Buffer): Buffer {
  return text.includes(0) ? Buffer.from(text.map((byte) => (byte === 0 ? 0x20 : byte))) : text;
}
