import type { IncomingMessage } from 'node:http';
import { isHost } from './host.ts';

/** A request's first part, read in one pass over the headers as they came. */
export interface RequestHead {
  readonly method: string;
  /** Origin form: starts with a slash. */
  readonly path: string;
  /** As the client wrote it, port included. */
  readonly host: string;
  /** Name, value, name, value: what goes to the dyno as it came. */
  readonly headers: readonly string[];
  readonly forwardedFor: string | undefined;
  readonly via: string | undefined;
  readonly requestId: string | undefined;
  readonly hasBody: boolean;
  readonly upgrade: string | undefined;
}

/** What is wrong with a request, for the line's `cause` and the page. */
export interface Malformed {
  readonly problem: string;
}

/** Bytes of a request line or header line, bytes of a name, count (Dev Center, HTTP routing). */
const LINE_LIMIT = 8192;
const NAME_LIMIT = 1000;
const COUNT_LIMIT = 1000;

interface Draft {
  headers: string[];
  host: string | undefined;
  hosts: number;
  length: string | undefined;
  encoding: string | undefined;
  connection: string | undefined;
  forwardedFor: string | undefined;
  via: string | undefined;
  requestId: string | undefined;
  upgrade: string | undefined;
  tooLong: boolean;
}

export function readRequestHead(request: IncomingMessage): RequestHead | Malformed {
  const { method = '', url = '', rawHeaders } = request;
  if (method.length + url.length + ' HTTP/1.1'.length + 1 > LINE_LIMIT) {
    return { problem: `request line longer than ${LINE_LIMIT} bytes` };
  }
  if (rawHeaders.length > 2 * COUNT_LIMIT) return { problem: `more than ${COUNT_LIMIT} headers` };
  const draft = sortHeaders(rawHeaders);
  const target = splitTarget(url, draft.host);
  const problem = findProblem(draft, target);
  if (problem !== undefined) return { problem };
  return {
    method,
    path: target.path,
    host: target.host,
    headers: withoutNamed(draft.headers, draft.connection),
    forwardedFor: draft.forwardedFor,
    via: draft.via,
    requestId: draft.requestId,
    hasBody: draft.encoding !== undefined || (draft.length !== undefined && draft.length !== '0'),
    upgrade: draft.upgrade,
  };
}

function sortHeaders(raw: readonly string[]): Draft {
  const draft: Draft = {
    headers: [],
    host: undefined,
    hosts: 0,
    length: undefined,
    encoding: undefined,
    connection: undefined,
    forwardedFor: undefined,
    via: undefined,
    requestId: undefined,
    upgrade: undefined,
    tooLong: false,
  };
  for (let i = 0; i < raw.length; i += 2) {
    sortHeader(draft, raw[i] ?? '', raw[i + 1] ?? '');
  }
  return draft;
}

function sortHeader(draft: Draft, name: string, value: string): void {
  if (name.length > NAME_LIMIT || name.length + value.length + 2 > LINE_LIMIT) draft.tooLong = true;
  switch (name.toLowerCase()) {
    case 'host':
      draft.host = value;
      draft.hosts += 1;
      return;
    case 'x-forwarded-for':
      draft.forwardedFor = joined(draft.forwardedFor, value);
      return;
    case 'via':
      draft.via = joined(draft.via, value);
      return;
    case 'x-request-id':
      draft.requestId = value;
      return;
    case 'connection':
      draft.connection = joined(draft.connection, value);
      return;
    case 'upgrade':
      draft.upgrade = joined(draft.upgrade, value);
      return;
    case 'transfer-encoding':
      draft.encoding = joined(draft.encoding, value);
      return;
    // hop by hop, answered here, or ours to say
    case 'keep-alive':
    case 'te':
    case 'trailer':
    case 'proxy-connection':
    case 'proxy-authorization':
    case 'expect':
    case 'x-forwarded-proto':
    case 'x-forwarded-port':
    case 'x-forwarded-host':
    case 'x-forwarded-by':
    case 'x-request-start':
      return;
    case 'content-length':
      draft.length = value;
  }
  draft.headers.push(name, value);
}

function joined(before: string | undefined, value: string): string {
  return before === undefined ? value : `${before}, ${value}`;
}

/** `GET http://host/path` counts for more than the Host header (RFC 9112, 3.2.2). */
function splitTarget(url: string, host = ''): { path: string; host: string } {
  if (url.startsWith('/')) return { path: url, host };
  const match = /^http:\/\/([^/?#]+)(.*)$/i.exec(url);
  if (!match) return { path: url, host };
  const [, authority = '', rest = ''] = match;
  return { path: rest.startsWith('/') ? rest : `/${rest}`, host: authority };
}

function findProblem(draft: Draft, target: { path: string; host: string }): string | undefined {
  if (draft.tooLong) return `header line longer than ${LINE_LIMIT} bytes`;
  if (draft.hosts !== 1) return 'expected exactly one Host header';
  if (!isHost(target.host)) return 'bad host';
  if (!target.path.startsWith('/')) return 'bad request target';
  if (draft.encoding === undefined) return undefined;
  if (draft.length !== undefined) return 'both Content-Length and Transfer-Encoding';
  return draft.encoding.toLowerCase() === 'chunked' ? undefined : 'unsupported transfer encoding';
}

/** Drops what `Connection` names besides the usual, such as `Connection: x-only-for-this-hop`. */
function withoutNamed(headers: string[], connection: string | undefined): string[] {
  if (connection === undefined || USUAL.test(connection)) return headers;
  const named = new Set(connection.split(',').map((token) => token.trim().toLowerCase()));
  return headers.filter((_, i) => !named.has(headers[i - (i % 2)]?.toLowerCase() ?? ''));
}

const USUAL = /^(keep-alive|close|upgrade)$/i;
