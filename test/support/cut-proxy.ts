import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { connect, createServer, type Server, type Socket } from 'node:net';

export interface CutProxy {
  /** Where it listens. */
  readonly socket: string;
  /** Ends every connection and refuses new ones, as a service does that is restarted. */
  cut(): Promise<void>;
  restore(): Promise<void>;
}

/** Stands before a unix socket, so that the service behind it can seem to be away. */
export async function createCutProxy(socket: string, target: string): Promise<CutProxy> {
  const open = new Set<Socket>();
  let server = await listen();

  async function listen(): Promise<Server> {
    const listening = createServer({ allowHalfOpen: true }, (client) => {
      const service = connect({ path: target, allowHalfOpen: true });
      for (const each of [client, service]) {
        open.add(each);
        each.on('error', () => undefined).on('close', () => open.delete(each));
      }
      client.pipe(service).pipe(client);
      client.on('close', () => service.destroy());
    }).listen(socket);
    await once(listening, 'listening');
    return listening;
  }

  return {
    socket,
    async cut() {
      const closed = once(server, 'close');
      server.close();
      for (const each of open) each.destroy();
      await closed;
      rmSync(socket, { force: true });
    },
    async restore() {
      server = await listen();
    },
  };
}
