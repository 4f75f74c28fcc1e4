import { connect, type Socket } from 'node:net';
import { Client, type Dispatcher } from 'undici';
import type { Timeouts } from './timeouts.ts';

/** One connection to a dyno, for one request at a time. */
export interface Connection {
  /** It was open before the request that it serves now, so the dyno may have closed it meanwhile. */
  isKept(): boolean;
  dispatch(options: Dispatcher.DispatchOptions, handler: Dispatcher.DispatchHandler): void;
  /** The request ended well: the connection may serve another. */
  release(): void;
  destroy(reason?: Error): void;
}

export interface Connections {
  take(): Connection;
  /** A new connection, for what must not meet a dyno that is just closing a kept one. */
  takeFresh(): Connection;
  /** Closes what is idle; what is busy ends with its request. */
  retire(): void;
}

/** Idle connections to a dyno; more are closed, the longest unused first. */
const IDLE_KEPT = 64;
/** Bytes of all headers of an answer (Dev Center, HTTP routing: a line may have 512 kB). */
const RESPONSE_HEADERS_LIMIT = 512 * 1024;

/**
 * Connections to one dyno, the last used first. Our own list rather than undici's Pool: it tells a
 * kept connection from a new one, and no request ever waits in a queue that a new table can't reach.
 */
export function createConnections(
  dyno: { readonly address: string; readonly port: number },
  timeouts: Timeouts,
): Connections {
  const idle: Connection[] = [];
  let retired = false;

  function open(): Connection {
    const client = createClient(dyno, timeouts);
    let kept = false;
    const connection: Connection = {
      isKept: () => kept,
      dispatch(options, handler) {
        client.dispatch(options, handler);
      },
      release() {
        kept = true;
        idle.push(connection);
        if (retired || idle.length > IDLE_KEPT) idle.shift()?.destroy();
      },
      destroy(reason) {
        void client.destroy(reason ?? null);
      },
    };
    client.on('connect', () => {
      kept = false;
    });
    client.on('disconnect', () => {
      const at = idle.indexOf(connection);
      if (at < 0) return;
      idle.splice(at, 1);
      connection.destroy();
    });
    return connection;
  }

  return {
    take: () => idle.pop() ?? open(),
    takeFresh: open,
    retire() {
      retired = true;
      for (const connection of idle.splice(0)) connection.destroy();
    },
  };
}

/** undici's own time-outs are coarse and don't know who is to blame, so ours replace them. */
function createClient(
  dyno: { readonly address: string; readonly port: number },
  timeouts: Timeouts,
): Client {
  const host = dyno.address.includes(':') ? `[${dyno.address}]` : dyno.address;
  return new Client(`http://${host}:${dyno.port}`, {
    connect: (_, callback) => {
      openSocket(dyno, timeouts.connect, callback);
    },
    headersTimeout: 0,
    bodyTimeout: 0,
    keepAliveTimeout: timeouts.dynoKeepAlive,
    maxHeaderSize: RESPONSE_HEADERS_LIMIT,
  });
}

function openSocket(
  { address, port }: { readonly address: string; readonly port: number },
  timeout: number,
  callback: (...result: [null, Socket] | [Error, null]) => void,
): void {
  const socket = connect({ host: address, port, noDelay: true });
  const timer = setTimeout(() => socket.destroy(new ConnectTimeout()), timeout);
  const settle = (error: Error | null): void => {
    clearTimeout(timer);
    socket.off('connect', onConnect).off('error', settle);
    if (error) callback(error, null);
    else callback(null, socket);
  };
  const onConnect = (): void => {
    settle(null);
  };
  socket.on('connect', onConnect).on('error', settle);
}

class ConnectTimeout extends Error {
  readonly code = 'ETIMEDOUT';
}
