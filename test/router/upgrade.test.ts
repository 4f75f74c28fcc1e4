import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { test, type TestContext } from 'node:test';
import { createDyno, createStage, sendRaw, type Stage, type StageOptions } from './stage.ts';

const timeout = 10_000;
const REQUEST =
  'GET /chat HTTP/1.1\r\nHost: app.test\r\nConnection: keep-alive, Upgrade\r\nUpgrade: websocket\r\n' +
  'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n';

/** A dyno that switches protocols and then says everything back, in capitals. */
async function createScene(t: TestContext, options?: StageOptions) {
  const stage = await createStage(t, options);
  const seen: string[] = [];
  const sockets: Socket[] = [];
  const dyno = await createDyno(t, (_, response) => response.writeHead(426).end('upgrade, please'));
  dyno.server.on('upgrade', (request, socket) => {
    seen.push(request.headers.connection ?? '', request.headers.upgrade ?? '');
    sockets.push(request.socket);
    socket.on('error', () => undefined);
    socket.write(
      'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n' +
        'Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\nWELCOME',
    );
    socket.on('data', (chunk: Buffer) => socket.write(chunk.toString().toUpperCase()));
    socket.on('end', () => socket.end());
  });
  t.after(() => {
    for (const socket of sockets) socket.destroy();
  });
  await stage.publish({ app: { dynos: [dyno] } });
  return { stage, seen, sockets };
}

/** Opens a switched connection and reads up to the dyno's welcome. */
async function openChat(stage: Stage): Promise<{ socket: Socket; head: string }> {
  const socket = connect(stage.port, '127.0.0.1');
  socket.write(REQUEST);
  return { socket, head: await readUntil(socket, 'WELCOME') };
}

async function readUntil(socket: Socket, end: string): Promise<string> {
  let read = '';
  while (!read.endsWith(end)) {
    const [chunk] = (await once(socket, 'data')) as [Buffer];
    read += chunk.toString();
  }
  return read;
}

test('a WebSocket goes through, both ways', { timeout }, async (t) => {
  const { stage, seen } = await createScene(t);
  const { socket, head } = await openChat(stage);

  assert.match(
    head,
    /^HTTP\/1\.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n/,
  );
  assert.match(head, /\r\nSec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK\+xOo=\r\n/);
  assert.deepEqual(seen, ['upgrade', 'websocket']);

  socket.write('hello');
  assert.equal(await readUntil(socket, 'HELLO'), 'HELLO');
  socket.end();

  assert.match(
    await stage.nextLine(),
    /^at=info method=GET path="\/chat" .* dyno=web\.1 .* status=101 bytes=12 /,
  );
});

test('what a client sends right behind its request is not lost', { timeout }, async (t) => {
  const { stage } = await createScene(t);
  const socket = connect(stage.port, '127.0.0.1');

  socket.write(`${REQUEST}early`);

  assert.match(await readUntil(socket, 'EARLY'), /WELCOMEEARLY$/);
  socket.destroy();
});

test('a switched connection that falls silent is closed: H15', { timeout }, async (t) => {
  const { stage } = await createScene(t, { timeouts: { idle: 100 } });
  const { socket } = await openChat(stage);

  await once(socket.resume(), 'close');

  assert.match(
    await stage.nextLine(),
    /^at=error code=H15 desc="Idle connection" .* status=503 bytes=7 /,
  );
});

test('each byte, from either end, keeps a switched connection', { timeout }, async (t) => {
  const { stage } = await createScene(t, { timeouts: { idle: 400 } });
  const { socket } = await openChat(stage);

  for (let i = 0; i < 5; i += 1) {
    await new Promise((resolve) => setTimeout(resolve, 150));
    socket.write('ping');
    assert.equal(await readUntil(socket, 'PING'), 'PING');
  }
  socket.destroy();
});

test('a dyno that closes closes the client too', { timeout }, async (t) => {
  const { stage, sockets } = await createScene(t);
  const { socket } = await openChat(stage);

  sockets[0]?.destroy();

  await once(socket.resume(), 'close');
  assert.match(await stage.nextLine(), /^at=info .* status=101 /);
});

test('a dyno may answer an upgrade like any request', { timeout }, async (t) => {
  const stage = await createStage(t);
  const dyno = await createDyno(t, (_, response) => response.writeHead(403).end('no chat'));
  await stage.publish({ app: { dynos: [dyno] } });

  const answer = await sendRaw(stage, REQUEST);

  assert.match(answer, /^HTTP\/1\.1 403 Forbidden\r\n[^]*no chat/);
  assert.match(await stage.nextLine(), /^at=info .* status=403 bytes=7 /);
});

test('an upgrade to an app that does not run gets its page', { timeout }, async (t) => {
  const stage = await createStage(t);
  await stage.publish({ app: { state: 'crashed' } });

  assert.match(await sendRaw(stage, REQUEST), /^HTTP\/1\.1 503 [^]*H10/);
  assert.match(await sendRaw(stage, REQUEST.replace('app.test', 'no.test')), /^HTTP\/1\.1 404 /);
});

test('an open WebSocket outlives the tables that drop its dyno', { timeout }, async (t) => {
  const { stage } = await createScene(t);
  const { socket } = await openChat(stage);

  await stage.publish({ app: { state: 'scaled-down' } });

  socket.write('still here');
  assert.equal(await readUntil(socket, 'HERE'), 'STILL HERE');
  socket.end();
  assert.equal(await text(socket), '');
});
