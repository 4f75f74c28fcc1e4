import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import {
  createServer,
  request as httpRequest,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type RequestListener,
  type RequestOptions,
  type Server,
} from 'node:http';
import { connect, createServer as createTcpServer, type AddressInfo, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer, text } from 'node:stream/consumers';
import type { TestContext } from 'node:test';
import type { AccessLine, RoutedDyno, RoutedState, RouteTable } from '../../router/contract.ts';
import type { Log } from '../../router/log.ts';
import { createRouter, type Router } from '../../router/router.ts';
import type { Timeouts } from '../../router/timeouts.ts';
import { createPublisher, type Publisher } from '../../server/routes/publisher.ts';

/** An app as a test says it; its host is `<key>.test` unless it names others. */
export interface StagedApp {
  readonly state?: RoutedState;
  readonly dynos?: readonly RoutedDyno[];
  readonly hosts?: readonly string[];
}

export interface Stage {
  readonly home: string;
  readonly port: number;
  readonly router: Router;
  readonly publisher: Publisher;
  readonly warnings: string[];
  readonly lines: AccessLine[];
  publish(apps: Readonly<Record<string, StagedApp>>): Promise<RouteTable>;
  /** The text of the next access line that no one has taken yet. */
  nextLine(): Promise<string>;
}

export const BOOT = 'boot-of-the-test';
export const silentLog: Log = {
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
};

export interface StageOptions {
  readonly timeouts?: Partial<Timeouts>;
  readonly random?: () => number;
}

/** A router and the server's end of its line, both real, in a home of their own. */
export async function createStage(t: TestContext, options: StageOptions = {}): Promise<Stage> {
  const home = createHome(t);
  const warnings: string[] = [];
  const inbox = createInbox();
  const publisher = await createPublisher({
    socketPath: join(home, 'run', 'router'),
    onAccess: (line) => {
      inbox.put(line);
    },
    warn: (message) => warnings.push(message),
  });
  const router = createRouter({
    home,
    bind: '127.0.0.1',
    port: 0,
    boot: BOOT,
    log: silentLog,
    ...options,
    timeouts: { drain: 200, ...options.timeouts },
  });
  const port = await router.start();
  t.after(async () => {
    await Promise.all([router.stop(), publisher.close()]);
  });
  let number = 0;
  const epoch = randomUUID();
  return {
    home,
    port,
    router,
    publisher,
    warnings,
    lines: inbox.all,
    nextLine: async () => (await inbox.take()).text,
    async publish(apps) {
      number += 1;
      const table = createTable(apps, { number, epoch });
      await publisher.publish(table);
      return table;
    },
  };
}

export function createHome(t: TestContext): string {
  const home = mkdtempSync(join(tmpdir(), 'monoku-router-'));
  mkdirSync(join(home, 'run'));
  t.after(() => {
    rmSync(home, { recursive: true, force: true });
  });
  return home;
}

export function createTable(
  apps: Readonly<Record<string, StagedApp>>,
  stamp: { readonly number: number; readonly epoch: string; readonly boot?: string },
): RouteTable {
  return {
    boot: BOOT,
    ...stamp,
    hosts: Object.fromEntries(
      Object.entries(apps).flatMap(([key, app]) =>
        (app.hosts ?? [`${key}.test`]).map((host) => [host, key]),
      ),
    ),
    apps: Object.fromEntries(
      Object.entries(apps).map(([key, { state = 'serving', dynos = [] }]) => [
        key,
        { name: key, state, dynos },
      ]),
    ),
  };
}

interface Inbox {
  readonly all: AccessLine[];
  put(line: AccessLine): void;
  take(): Promise<AccessLine>;
}

function createInbox(): Inbox {
  const all: AccessLine[] = [];
  const takers: ((line: AccessLine) => void)[] = [];
  let taken = 0;
  const serve = (): void => {
    for (let line = all[taken]; line && takers.length > 0; line = all[taken]) {
      taken += 1;
      takers.shift()?.(line);
    }
  };
  return {
    all,
    put(line) {
      all.push(line);
      serve();
    },
    take: () =>
      new Promise((resolve) => {
        takers.push(resolve);
        serve();
      }),
  };
}

export interface StagedDyno extends RoutedDyno {
  readonly server: Server;
}

/** A dyno that speaks HTTP. */
export async function createDyno(
  t: TestContext,
  listener: RequestListener,
  name = 'web.1',
): Promise<StagedDyno> {
  const server = createServer({ maxHeaderSize: 256 * 1024 }, listener);
  server.maxHeadersCount = 0;
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => {
    server.close();
    server.closeAllConnections();
  });
  return { ...placeOf(server, name), server };
}

/** A dyno that does with its connections whatever the test wants. */
export async function createRawDyno(
  t: TestContext,
  onConnection: (socket: Socket) => void,
  name = 'web.1',
): Promise<RoutedDyno> {
  const sockets = new Set<Socket>();
  const server = createTcpServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined).on('close', () => sockets.delete(socket));
    onConnection(socket);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => {
    server.close();
    for (const socket of sockets) socket.destroy();
  });
  return placeOf(server, name);
}

/** A dyno that answers every request with these bytes, and may close then. */
export function createScriptedDyno(
  t: TestContext,
  reply: string,
  { close = true }: { readonly close?: boolean } = {},
): Promise<RoutedDyno> {
  return createRawDyno(t, (socket) => {
    socket.on('data', () => {
      if (reply !== '') socket.write(reply, 'latin1');
      if (close) socket.end();
    });
  });
}

/** An address where nobody listens. */
export async function createDeadDyno(name = 'web.1'): Promise<RoutedDyno> {
  const server = createTcpServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const place = placeOf(server, name);
  server.close();
  await once(server, 'close');
  return place;
}

function placeOf(server: { address(): unknown }, name: string): RoutedDyno {
  const { port } = server.address() as AddressInfo;
  return { id: randomUUID(), name, address: '127.0.0.1', port };
}

export interface Reply {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** One request on a connection of its own, to `app.test` unless told otherwise. */
export async function fetchFrom(
  stage: { readonly port: number },
  options: RequestOptions & { readonly body?: string } = {},
): Promise<Reply> {
  const response = await open(stage, options);
  return {
    status: response.statusCode ?? 0,
    headers: response.headers,
    body: await text(response),
  };
}

/** Like fetchFrom, up to the answer's headers. */
export async function open(
  { port }: { readonly port: number },
  { body, headers, ...options }: RequestOptions & { readonly body?: string } = {},
): Promise<IncomingMessage> {
  const request = httpRequest({
    host: '127.0.0.1',
    port,
    agent: false,
    headers: { Host: 'app.test', ...(headers as Record<string, string> | undefined) },
    ...options,
  });
  request.end(body);
  const [response] = (await once(request, 'response')) as [IncomingMessage];
  return response;
}

/** Sends bytes as they are and returns all that comes back until the router closes. */
export async function sendRaw({ port }: { readonly port: number }, bytes: string): Promise<string> {
  const socket = connect(port, '127.0.0.1');
  socket.write(bytes, 'latin1');
  return (await buffer(socket)).toString('latin1');
}
