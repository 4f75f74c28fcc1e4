import assert from 'node:assert/strict';
import { once } from 'node:events';
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { connect } from 'node:net';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { text } from 'node:stream/consumers';
import { test } from 'node:test';
import { createDyno, createStage, fetchFrom, open } from './stage.ts';

const timeout = 60_000;
const MEGABYTE = 1024 ** 2;

function* megabytes(number: number): Generator<Buffer> {
  for (let i = 0; i < number; i += 1) yield Buffer.alloc(MEGABYTE, i);
}

test('a client that reads nothing holds its dyno back', { timeout }, async (t) => {
  const stage = await createStage(t);
  let produced = 0;
  const dyno = await createDyno(t, (_, response) => {
    const source = Readable.from(megabytes(100)).on('data', () => (produced += 1));
    source.pipe(response);
    response.on('close', () => source.destroy());
  });
  await stage.publish({ app: { dynos: [dyno] } });

  const response = await open(stage);
  await once(response, 'readable');
  const first = produced;
  await quiet(() => produced);

  assert.ok(produced < 60, `the dyno could write ${produced} MB (${first} at first)`);
  response.destroy();
  assert.match(await stage.nextLine(), /^sock=client at=warning code=H27 .* status=499 /);
});

/** Resolves when a value has stopped changing. */
async function quiet(value: () => number): Promise<void> {
  let last = NaN;
  while (last !== value()) {
    last = value();
    await new Promise((resolve) => setTimeout(resolve, 300));
  }
}

test('a dyno that reads nothing holds its client back, until H15', { timeout }, async (t) => {
  const stage = await createStage(t, { timeouts: { idle: 1_500 } });
  const dyno = await createDyno(t, () => undefined);
  await stage.publish({ app: { dynos: [dyno] } });
  let sent = 0;
  const request = httpRequest({
    port: stage.port,
    host: '127.0.0.1',
    method: 'PUT',
    headers: { Host: 'app.test', 'Content-Length': 100 * MEGABYTE },
  });
  request.on('error', () => undefined);
  Readable.from(megabytes(100))
    .on('data', () => (sent += 1))
    .pipe(request);

  await once(dyno.server, 'request');
  await quiet(() => sent);

  assert.ok(sent < 60, `the client could write ${sent} MB`);
  assert.match(await stage.nextLine(), /^at=error code=H15 /);
  request.destroy();
});

test(
  'pieces of an answer arrive when they are written, not when it ends',
  { timeout },
  async (t) => {
    const stage = await createStage(t);
    const next = Promise.withResolvers<undefined>();
    const dyno = await createDyno(t, (_, response) => {
      response.write('data: one\n\n');
      void next.promise.then(() => response.end('data: two\n\n'));
    });
    await stage.publish({ app: { dynos: [dyno] } });

    const response = await open(stage);
    const [first] = (await once(response, 'data')) as [Buffer];
    assert.equal(first.toString(), 'data: one\n\n');
    next.resolve(undefined);
    const [second] = (await once(response, 'data')) as [Buffer];
    assert.equal(second.toString(), 'data: two\n\n');
  },
);

test('pieces of a body arrive when they are sent', { timeout }, async (t) => {
  const stage = await createStage(t);
  const pieces: string[] = [];
  const dyno = await createDyno(t, (request, response) => {
    request.on('data', (piece: Buffer) => {
      pieces.push(piece.toString());
      dyno.server.emit('piece');
    });
    request.on('end', () => response.end());
  });
  await stage.publish({ app: { dynos: [dyno] } });
  const request = httpRequest({
    port: stage.port,
    host: '127.0.0.1',
    method: 'POST',
    headers: { Host: 'app.test' },
  });

  for (const piece of ['one', 'two']) {
    const arrived = once(dyno.server, 'piece');
    request.write(piece);
    await arrived;
  }
  assert.deepEqual(pieces, ['one', 'two']);
  const answered = once(request, 'response') as Promise<[IncomingMessage]>;
  request.end();
  (await answered)[0].resume();
});

test(
  '32 clients that leave in the middle of a body leave nothing hanging',
  { timeout },
  async (t) => {
    const stage = await createStage(t);
    const body = Buffer.alloc(64 * 1024);
    let open = 0;
    const dyno = await createDyno(t, (_, response) => {
      open += 1;
      response.on('close', () => (open -= 1));
      response.end(body);
    });
    await stage.publish({ app: { dynos: [dyno] } });

    for (let round = 0; round < 3; round += 1) {
      await Promise.all(Array.from({ length: 32 }, () => leaveMidBody(stage.port)));
    }
    for (let i = 0; i < 3 * 32; i += 1) await stage.nextLine();

    const replies = await Promise.all(Array.from({ length: 32 }, () => fetchFrom(stage)));
    assert.deepEqual(new Set(replies.map((reply) => reply.body.length)), new Set([body.length]));
    assert.equal(open, 0);
  },
);

async function leaveMidBody(port: number): Promise<void> {
  const socket = connect(port, '127.0.0.1');
  socket.write('GET / HTTP/1.1\r\nHost: app.test\r\n\r\n');
  await once(socket, 'data');
  socket.resetAndDestroy();
}

test(
  'a client that leaves while its dyno thinks is H27, and the dyno hears of it',
  { timeout },
  async (t) => {
    const stage = await createStage(t);
    const left = Promise.withResolvers<undefined>();
    const dyno = await createDyno(t, (_, response) => {
      response.on('close', () => {
        left.resolve(undefined);
      });
    });
    await stage.publish({ app: { dynos: [dyno] } });
    const request = httpRequest({
      port: stage.port,
      host: '127.0.0.1',
      headers: { Host: 'app.test' },
    });
    request.on('error', () => undefined).end();

    await once(dyno.server, 'request');
    request.destroy();

    await left.promise;
    assert.match(
      await stage.nextLine(),
      /^sock=client at=warning code=H27 desc="Client Request Interrupted" method=GET .* dyno=web\.1 connect=\d+ms service=\d+ms status=499 bytes=0 /,
    );
  },
);

test('a client that leaves while its app boots is H27', { timeout }, async (t) => {
  const stage = await createStage(t);
  await stage.publish({ app: { state: 'booting' } });
  const socket = connect(stage.port, '127.0.0.1');
  socket.end('GET / HTTP/1.1\r\nHost: app.test\r\n\r\n', () => socket.destroy());

  assert.match(
    await stage.nextLine(),
    /^sock=client at=warning code=H27 .* dyno= connect= service= status=499 bytes= /,
  );
});

test('a client that stops in the middle of its body is H28', { timeout }, async (t) => {
  const stage = await createStage(t, { timeouts: { idle: 100 } });
  const dyno = await createDyno(t, (request) => void request.resume());
  await stage.publish({ app: { dynos: [dyno] } });
  const socket = connect(stage.port, '127.0.0.1');
  socket.write('POST / HTTP/1.1\r\nHost: app.test\r\nContent-Length: 100\r\n\r\nbegun');

  await once(socket.resume(), 'close');

  assert.match(
    await stage.nextLine(),
    /^at=warning code=H28 desc="Client Connection Idle" .* status=499 bytes=0 /,
  );
});

test('an answer that comes before the body is sent reaches its client', { timeout }, async (t) => {
  const stage = await createStage(t);
  const dyno = await createDyno(t, (_, response) => {
    response.statusCode = 413;
    response.end('too much');
  });
  await stage.publish({ app: { dynos: [dyno] } });
  const socket = connect(stage.port, '127.0.0.1');
  const head = 'Host: app.test\r\nConnection: keep-alive\r\n';
  socket.write(`POST / HTTP/1.1\r\n${head}Content-Length: ${20 * MEGABYTE}\r\n\r\n`);
  const answer = text(socket);

  await pipeline(Readable.from(megabytes(20)), socket, { end: false });
  socket.write('GET / HTTP/1.1\r\nHost: app.test\r\nConnection: close\r\n\r\n');

  assert.match(await answer, /^HTTP\/1\.1 413 [^]*too much[^]*HTTP\/1\.1 413 [^]*too much/);
  assert.match(await stage.nextLine(), /^at=info method=POST .* status=413 bytes=8 /);
});

test('a connection serves on after an answer that came before the body', { timeout }, async (t) => {
  const stage = await createStage(t);
  await stage.publish({ app: { state: 'crashed' } });
  const socket = connect(stage.port, '127.0.0.1');
  const head = 'Host: app.test\r\n';
  socket.write(`POST / HTTP/1.1\r\n${head}Content-Length: 10\r\n\r\n`);
  await once(socket, 'data');

  socket.end(`0123456789GET /next HTTP/1.1\r\n${head}Connection: close\r\n\r\n`);

  assert.match(await text(socket), /HTTP\/1\.1 503/);
  await stage.nextLine();
  assert.match(await stage.nextLine(), / path="\/next" /);
});
