import { createServer, ServerResponse, type IncomingMessage, type Server } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Pages } from './pages.ts';
import type { Timeouts } from './timeouts.ts';
import type { Visits } from './visits.ts';

/** Bytes of all headers of a request. */
const REQUEST_HEADERS_LIMIT = 128 * 1024;

/** The HTTP server that apps are reached at: turns Node's events into visits. */
export function createFront(visits: Visits, pages: Pages, timeouts: Timeouts): Server {
  const current = new WeakMap<Duplex, ServerResponse>();
  const server = createServer({
    maxHeaderSize: REQUEST_HEADERS_LIMIT,
    keepAliveTimeout: timeouts.clientKeepAlive,
    headersTimeout: timeouts.headers,
    connectionsCheckingInterval: Math.min(5_000, timeouts.headers),
    requestTimeout: 0,
    // our own checks speak for a missing Host, of HTTP/1.0 too
    requireHostHeader: false,
    shouldUpgradeCallback: isSwitchable,
  });
  // counted by ourselves: Node would drop the rest without a word
  server.maxHeadersCount = 0;

  const begin = (request: IncomingMessage, response: ServerResponse): void => {
    current.set(request.socket, response);
    visits.begin({ request, response });
  };
  server.on('request', begin);
  server.on('checkContinue', begin);
  server.on('checkExpectation', (request, response) => {
    visits.refuseExpectation({ request, response });
  });
  server.on('upgrade', (request, socket, head) => {
    const response = responseOn(request);
    visits.begin({ request, response, switchable: { socket, head } });
  });
  server.on('connect', (_, socket) => {
    socket.on('error', () => socket.destroy());
    socket.end(rawAnswer(405, 'Method Not Allowed', 'CONNECT is not served here.'));
  });
  server.on('clientError', (error, socket) => {
    const response = current.get(socket);
    const answering = response?.headersSent === true && !response.writableFinished;
    if (answering || !socket.writable) socket.destroy();
    else if (codeOf(error) === 'ERR_HTTP_REQUEST_TIMEOUT') {
      socket.end(rawAnswer(408, 'Request Timeout', 'The headers took too long.'));
    } else socket.end(rawAnswer(400, 'Bad Request', pages.render('bad-request', undefined).body));
  });
  return server;
}

/** Any protocol may be switched to but HTTP/2, which would bypass routing. */
function isSwitchable({ headers }: IncomingMessage): boolean {
  if (headers['content-length'] !== undefined || headers['transfer-encoding'] !== undefined) {
    return false;
  }
  return !/(^|,)\s*h2c?\s*(,|$)/i.test(headers.upgrade ?? '');
}

/** An ordinary response on a socket that Node has let go of, for answers other than 101. */
function responseOn(request: IncomingMessage): ServerResponse {
  const { socket } = request;
  const response = new ServerResponse(request);
  response.shouldKeepAlive = false;
  response.assignSocket(socket);
  response.on('finish', () => {
    socket.destroySoon();
  });
  socket.on('error', () => socket.destroy());
  return response;
}

function rawAnswer(status: number, reason: string, body: string): string {
  const length = Buffer.byteLength(body);
  const type = body.startsWith('<') ? 'text/html' : 'text/plain';
  return (
    `HTTP/1.1 ${status} ${reason}\r\nConnection: close\r\n` +
    `Content-Type: ${type}; charset=utf-8\r\nContent-Length: ${length}\r\n\r\n${body}`
  );
}

function codeOf(error: Error): string {
  return 'code' in error && typeof error.code === 'string' ? error.code : '';
}
