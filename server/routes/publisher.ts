import { once } from 'node:events';
import { chmod, rm } from 'node:fs/promises';
import { createServer, type Socket } from 'node:net';
import {
  createLineReader,
  encodeMessage,
  type AccessLine,
  type RouteTable,
  type Upward,
} from '../../router/contract.ts';

export interface PublisherOptions {
  /** `$MONOKU_HOME/run/router`; a stale file there is replaced. */
  readonly socketPath: string;
  readonly onAccess: (line: AccessLine) => void;
  readonly warn: (message: string) => void;
  /** Milliseconds that a deploy waits for routers at most. */
  readonly patience?: number;
}

/** The server's end of the lines to its routers. */
export interface Publisher {
  /**
   * Makes this the newest table. Resolves when every connected router has it in force, or with a
   * warning when patience ends, so that a dead router can't hold up a deploy for ever.
   */
  publish(table: RouteTable): Promise<void>;
  close(): Promise<void>;
}

interface RouterLine {
  readonly socket: Socket;
  applied: RouteTable | undefined;
  /** It once let patience run out and has applied nothing since: nobody waits for it. */
  hung: boolean;
  sent: RouteTable | undefined;
}

const PATIENCE = 2_000;

export async function createPublisher(options: PublisherOptions): Promise<Publisher> {
  const { socketPath, onAccess, warn, patience = PATIENCE } = options;
  const lines = new Set<RouterLine>();
  const waiters = new Set<() => void>();
  let newest: RouteTable | undefined;

  /** Only ever the newest table, and none while an older one is stuck in the socket. */
  function send(line: RouterLine): void {
    if (!newest || line.sent === newest || line.socket.writableNeedDrain) return;
    line.sent = newest;
    line.socket.write(encodeMessage({ table: newest }));
  }

  function receive(line: RouterLine, message: Upward): void {
    if ('access' in message) {
      onAccess(message.access);
      return;
    }
    if (line.sent?.number !== message.applied || line.sent.epoch !== message.epoch) return;
    line.applied = line.sent;
    line.hung = false;
    look();
  }

  function look(): void {
    for (const waiter of [...waiters]) waiter();
  }

  function welcome(socket: Socket): void {
    const line: RouterLine = { socket, applied: undefined, hung: false, sent: undefined };
    lines.add(line);
    socket.on('error', () => undefined);
    socket.on('drain', () => {
      send(line);
    });
    socket.on('close', () => {
      lines.delete(line);
      look();
    });
    const read = createLineReader((text) => {
      receive(line, JSON.parse(text) as Upward);
    });
    socket.setEncoding('utf8').on('data', read);
    send(line);
  }

  /** True also when a newer table has overtaken this one on its way. */
  function isApplied(table: RouteTable): boolean {
    const awaited = [...lines].filter((line) => !line.hung);
    return (
      awaited.length > 0 && awaited.every((line) => (line.applied?.number ?? -1) >= table.number)
    );
  }

  async function applied(table: RouteTable): Promise<void> {
    if (isApplied(table)) return;
    const { promise, resolve } = Promise.withResolvers<undefined>();
    const waiter = (): void => {
      if (isApplied(table)) resolve(undefined);
    };
    waiters.add(waiter);
    const timer = setTimeout(() => {
      giveUp(table);
      resolve(undefined);
    }, patience);
    await promise;
    clearTimeout(timer);
    waiters.delete(waiter);
  }

  function giveUp(table: RouteTable): void {
    const late = [...lines].filter((line) => (line.applied?.number ?? -1) < table.number);
    for (const line of late) line.hung = true;
    warn(
      late.length > 0
        ? `Route table ${table.number} is not in force yet: a router has not answered within ${patience} ms.`
        : `Route table ${table.number} is not in force yet: no router is connected. Is it running?`,
    );
  }

  const server = createServer(welcome);
  await rm(socketPath, { force: true });
  server.listen(socketPath);
  await once(server, 'listening');
  await chmod(socketPath, 0o600);

  return {
    async publish(table) {
      newest = table;
      for (const line of lines) send(line);
      await applied(table);
    },
    async close() {
      server.close();
      for (const { socket } of lines) socket.destroy();
      await once(server, 'close');
    },
  };
}
