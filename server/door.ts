import { once } from 'node:events';
import { createServer as createHttpServer, type RequestListener } from 'node:http';
import { createServer as createTcpServer, type AddressInfo, type Socket } from 'node:net';
import { createServer as createTlsServer, type TLSSocket } from 'node:tls';

/** Milliseconds a new connection may take to say its first byte. */
const FIRST_BYTE_LIMIT = 30_000;
/** Milliseconds a request's head may take; bodies are their readers' to limit. */
const HEAD_LIMIT = 30_000;
const KEEP_ALIVE = 15_000;
/** First byte of a TLS handshake (RFC 8446, 5.1). */
const HANDSHAKE = 0x16;
/** The method, or its beginning: it may arrive letter by letter. */
const HTTP_REQUEST = /^[A-Z]{1,20}( |$)/;

export interface Certificate {
  readonly key: string;
  /** The certificate and the CA's behind it. */
  readonly cert: string;
}

export interface DoorSettings {
  readonly host: string;
  /** 0 for any free one. */
  readonly port: number;
  readonly certificate: Certificate;
  /** Whether a request goes to git, by its URL. */
  readonly isGit: (url: string) => boolean;
  readonly git: RequestListener;
  /** Everything else that speaks HTTP. */
  readonly http: RequestListener;
  /** A TLS connection whose first bytes are no HTTP request; they are still to be read. */
  readonly rendezvous: (socket: TLSSocket) => void;
}

export interface Door {
  readonly port: number;
  /** For new connections. */
  setCertificate(certificate: Certificate): void;
  /** Stops listening and ends every connection. */
  close(): Promise<void>;
}

/** One port for TLS and plain HTTP, told apart by the first byte. */
export async function openDoor(settings: DoorSettings): Promise<Door> {
  const connections = new Set<Socket>();
  const http = createHttp(settings);
  const tls = createTlsServer({ ...settings.certificate, handshakeTimeout: FIRST_BYTE_LIMIT });
  tls.on('tlsClientError', (_error, socket) => socket.destroy());
  tls.on('secureConnection', (socket) => {
    peek(socket, (first) => {
      if (HTTP_REQUEST.test(first.toString('latin1'))) http.emit('connection', socket);
      else settings.rendezvous(socket);
    });
  });
  const tcp = createTcpServer({ noDelay: true }, (socket) => {
    connections.add(socket);
    socket.once('close', () => connections.delete(socket));
    peek(socket, (first) => (first[0] === HANDSHAKE ? tls : http).emit('connection', socket));
  });
  tcp.listen(settings.port, settings.host);
  await once(tcp, 'listening');
  return {
    port: (tcp.address() as AddressInfo).port,
    setCertificate: (certificate) => {
      tls.setSecureContext(certificate);
    },
    async close() {
      const closed = once(tcp, 'close');
      tcp.close();
      http.close();
      for (const socket of connections) socket.destroy();
      await closed;
    },
  };
}

function createHttp(settings: DoorSettings) {
  const options = { requestTimeout: 0, headersTimeout: HEAD_LIMIT, keepAliveTimeout: KEEP_ALIVE };
  const server = createHttpServer(options, (request, response) => {
    const url = request.url ?? '';
    const git = settings.isGit(url);
    const secret = git || 'authorization' in request.headers || 'cookie' in request.headers;
    if (secret && !isPrivate(request.socket)) {
      response.writeHead(403, { 'Content-Type': 'text/plain; charset=utf-8' });
      response.end('Passwords and tokens are accepted over https only: use https for this URL.\n');
      return;
    }
    (git ? settings.git : settings.http)(request, response);
  });
  // it is given its connections and never listens itself; this starts the watch over time limits
  server.emit('listening');
  return server;
}

/** Nobody on the way can read it. */
function isPrivate(socket: Socket | TLSSocket): boolean {
  if ('encrypted' in socket) return true;
  return /^(::ffff:)?127\.|^::1$/.test(socket.remoteAddress ?? '');
}

/** Looks at what arrives first and leaves it to be read. */
function peek(socket: Socket, decide: (first: Buffer) => void): void {
  socket.on('error', () => undefined);
  socket.setTimeout(FIRST_BYTE_LIMIT, () => socket.destroy());
  const look = (): void => {
    const first = socket.read() as Buffer | null;
    if (first === null) return;
    socket.off('readable', look);
    socket.removeAllListeners('timeout').setTimeout(0);
    socket.unshift(first);
    decide(first);
  };
  socket.on('readable', look);
  socket.once('end', () => socket.end());
}
