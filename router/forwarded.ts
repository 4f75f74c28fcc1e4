import { randomUUID } from 'node:crypto';
import type { Socket } from 'node:net';
import type { RequestHead } from './request-head.ts';

/** What the router says about a request, to the dyno and in its line. */
export interface Origin {
  readonly forwardedFor: string;
  readonly requestId: string;
  readonly port: number;
  /** Milliseconds since 1970. */
  readonly start: number;
}

export const VIA = '1.1 monoku-router';

export function originOf(head: RequestHead, socket: Socket, now: number): Origin {
  const client = clientAddress(socket);
  return {
    forwardedFor: head.forwardedFor === undefined ? client : `${head.forwardedFor}, ${client}`,
    requestId: chooseRequestId(head.requestId),
    port: socket.localPort ?? 0,
    start: now,
  };
}

/** A client's id is kept when it looks like one (Dev Center, HTTP request id). */
export function chooseRequestId(given: string | undefined): string {
  return given !== undefined && REQUEST_ID.test(given) ? given : randomUUID();
}

const REQUEST_ID = /^[A-Za-z0-9+/=-]{20,200}$/;

/** Headers for the dyno: the client's, then what only the router knows. */
export function dynoHeaders(head: RequestHead, origin: Origin): string[] {
  return [
    'Host',
    head.host,
    ...head.headers,
    'X-Forwarded-For',
    origin.forwardedFor,
    'X-Forwarded-Proto',
    'http',
    'X-Forwarded-Port',
    String(origin.port),
    'X-Request-Start',
    String(origin.start),
    'X-Request-Id',
    origin.requestId,
    'Via',
    head.via === undefined ? VIA : `${head.via}, ${VIA}`,
  ];
}

function clientAddress(socket: Socket): string {
  const address = socket.remoteAddress ?? '';
  return address.startsWith('::ffff:') ? address.slice('::ffff:'.length) : address;
}
