import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import type { AccessLine } from './contract.ts';
import { formatAccess } from './access-line.ts';
import type { Exchange } from './exchange.ts';
import { FAILURES, type FailureCode } from './failures.ts';
import type { Origin } from './forwarded.ts';
import type { PageName, Pages } from './pages.ts';
import type { RequestHead } from './request-head.ts';
import type { Upstream } from './upstreams.ts';

/** What came in: a request, and for one that may switch protocols the socket below it. */
export interface Arrival {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly switchable?: { readonly socket: Duplex; readonly head: Buffer };
}

/** One request of an app, from its headers to its line in the log. */
export interface Visit extends Arrival {
  readonly app: string;
  readonly hostName: string;
  readonly head: RequestHead;
  readonly origin: Origin;
  readonly tried: Set<Upstream>;
  lastFailure?: FailureCode;
  /** A kept connection broke under it: take a new one. */
  fresh: boolean;
  exchange?: Exchange;
  wait?: NodeJS.Timeout;
  dyno?: string;
  /** Milliseconds since 1970. */
  triedAt: number;
  connectedAt?: number;
  /** Milliseconds. */
  connect?: number;
  status?: number;
  bytes?: number;
  failure?: FailureCode;
  cause?: string;
}

const SAFE: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS', 'TRACE']);

/** Twice is as good as once, and there is no body that would be gone. */
export function isRepeatable(visit: Visit): boolean {
  return SAFE.has(visit.head.method) && !visit.head.hasBody && !visit.switchable;
}

export function accessLineOf(visit: Visit, now: number): AccessLine {
  const { head, origin, connectedAt } = visit;
  const text = formatAccess({
    ...visit,
    method: head.method,
    path: head.path,
    host: head.host,
    requestId: origin.requestId,
    forwardedFor: origin.forwardedFor,
    ...(connectedAt === undefined ? {} : { service: now - connectedAt }),
  });
  return { app: visit.app, time: now, text };
}

/** Ends a visit by the router's own answer, or by closing where none can be given any more. */
export function fail(visit: Visit, code: FailureCode, pages: Pages): void {
  visit.failure = code;
  const { response } = visit;
  if (response.headersSent || FAILURES[code].level === 'warning') {
    response.destroy();
    return;
  }
  visit.status = answer(visit, code, pages);
}

/** Returns the status. */
export function answer(
  arrival: Arrival & { cause?: string },
  name: PageName,
  pages: Pages,
): number {
  const { request, response, cause } = arrival;
  const page = pages.render(name, request.headers.accept, cause);
  response.writeHead(page.status, {
    'Content-Type': page.type,
    'Content-Length': Buffer.byteLength(page.body),
    'Cache-Control': 'no-cache, no-store',
  });
  response.end(page.body);
  return page.status;
}
