import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { test } from 'node:test';
import { Worker } from 'node:worker_threads';
import type { TestContext } from 'node:test';
import type { RoutedDyno } from '../../router/contract.ts';
import {
  createDeadDyno,
  createDyno,
  createRawDyno,
  createScriptedDyno,
  createStage,
  fetchFrom,
  open,
  type StageOptions,
} from './stage.ts';

const timeout = 10_000;

async function stageOf(t: TestContext, dynos: readonly RoutedDyno[], options: StageOptions = {}) {
  const stage = await createStage(t, options);
  await stage.publish({ app: { dynos } });
  return stage;
}

test('a dyno that refuses connections gives H21', { timeout }, async (t) => {
  const stage = await stageOf(t, [await createDeadDyno()]);

  assert.equal((await fetchFrom(stage)).status, 503);
  assert.match(
    await stage.nextLine(),
    /^at=error code=H21 desc="Backend connection refused" .* dyno=web\.1 connect=\d+ms service= status=503 /,
  );
});

test('a refused connection is no loss while another dyno is up', { timeout }, async (t) => {
  const up = await createDyno(t, (_, response) => response.end('up'), 'web.2');
  const stage = await stageOf(t, [await createDeadDyno(), up], { random: () => 0 });

  const reply = await fetchFrom(stage, { method: 'POST', body: 'not lost' });

  assert.equal(reply.body, 'up');
  assert.match(await stage.nextLine(), /^at=info .* dyno=web\.2 .* status=200 /);
});

test(
  'a dyno that refused is left alone, and tried again when the quarantine is over',
  { timeout },
  async (t) => {
    const stage = await stageOf(t, [await createDeadDyno()], { timeouts: { quarantine: 100 } });
    await fetchFrom(stage);
    const before = Date.now();

    await fetchFrom(stage);

    assert.ok(Date.now() - before >= 90, 'the second request waited for the quarantine');
    assert.match(await stage.nextLine(), /code=H21 /);
    assert.match(await stage.nextLine(), /code=H21 /);
  },
);

test('all dynos quarantined for too long give H99', { timeout }, async (t) => {
  const stage = await stageOf(t, [await createDeadDyno()], { timeouts: { start: 60 } });
  await fetchFrom(stage);

  assert.equal((await fetchFrom(stage)).status, 503);
  assert.match(await stage.nextLine(), /code=H21 /);
  assert.match(await stage.nextLine(), /^at=error code=H99 desc="Platform error" /);
});

test('a dyno that does not take the connection in time gives H19', { timeout }, async (t) => {
  const dyno = await createFullDyno(t);
  const stage = await stageOf(t, [dyno], { timeouts: { connect: 100 } });

  assert.equal((await fetchFrom(stage)).status, 503);
  assert.match(await stage.nextLine(), /^at=error code=H19 desc="Backend connection timeout" /);
});

/** Its queue of connections is full, so the kernel lets further ones wait. */
async function createFullDyno(t: TestContext): Promise<RoutedDyno> {
  const worker = new Worker(
    `const { parentPort } = require('node:worker_threads');
     const server = require('node:net').createServer();
     server.listen({ host: '127.0.0.1', port: 0, backlog: 1 }, () => {
       parentPort.postMessage(server.address().port);
       Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
     });`,
    { eval: true },
  );
  const [port] = (await once(worker, 'message')) as [number];
  const fillers = Array.from({ length: 8 }, () =>
    connect(port, '127.0.0.1').on('error', () => undefined),
  );
  t.after(async () => {
    for (const socket of fillers) socket.destroy();
    await worker.terminate();
  });
  return { id: 'full', name: 'web.1', address: '127.0.0.1', port };
}

test('a dyno that says nothing in time gives H12', { timeout }, async (t) => {
  const dyno = await createDyno(t, () => undefined);
  const stage = await stageOf(t, [dyno], { timeouts: { firstByte: 80 } });

  const reply = await fetchFrom(stage, { method: 'POST', body: 'all of it' });

  assert.equal(reply.status, 503);
  assert.match(reply.body, /took too long to answer/);
  assert.match(
    await stage.nextLine(),
    /^at=error code=H12 desc="Request timeout" method=POST .* connect=\d+ms service=(7|8|9|1\d)\dms status=503 bytes=0 /,
  );
});

test('a dyno that closes without a word gives H13', { timeout }, async (t) => {
  const stage = await stageOf(t, [await createScriptedDyno(t, '')]);

  assert.equal((await fetchFrom(stage)).status, 503);
  assert.match(
    await stage.nextLine(),
    /^at=error code=H13 desc="Connection closed without response" .* bytes=0 /,
  );
});

test('a dyno that falls silent in the middle of its answer gives H15', { timeout }, async (t) => {
  const reply = 'HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nbegun';
  const dyno = await createScriptedDyno(t, reply, { close: false });
  const stage = await stageOf(t, [dyno], { timeouts: { idle: 80 } });

  const response = await open(stage);

  await assert.rejects(text(response), /aborted/);
  assert.match(
    await stage.nextLine(),
    /^at=error code=H15 desc="Idle connection" .* status=503 bytes=5 /,
  );
});

for (const [what, reply] of [
  ['no HTTP', 'SSH-2.0-OpenSSH_9.2\r\n\r\n'],
  ['a bad header', 'HTTP/1.1 200 OK\r\nbad header\r\n\r\n'],
  ['a bad length', 'HTTP/1.1 200 OK\r\nContent-Length: ten\r\n\r\n'],
] as const) {
  test(`a dyno that speaks ${what} gives H17`, { timeout }, async (t) => {
    const stage = await stageOf(t, [await createScriptedDyno(t, reply)]);

    assert.equal((await fetchFrom(stage)).status, 503);
    assert.match(
      await stage.nextLine(),
      /^at=error code=H17 desc="Poorly formatted HTTP response" .* status=503 bytes=0 /,
    );
  });
}

for (const [what, reply] of [
  ['before the length it promised', 'HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nbegun'],
  [
    'in the middle of a chunked body',
    'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nbegun\r\n',
  ],
] as const) {
  test(
    `a dyno that closes ${what} gives H18, and the client sees a broken answer`,
    { timeout },
    async (t) => {
      const stage = await stageOf(t, [await createScriptedDyno(t, reply)]);

      const response = await open(stage);

      assert.equal(response.statusCode, 200);
      await assert.rejects(text(response), /aborted/);
      assert.match(
        await stage.nextLine(),
        /^sock=backend at=error code=H18 desc="Server Request Interrupted" .* status=503 bytes=5 /,
      );
    },
  );
}

for (const [what, header] of [
  ['an oversized cookie', `Set-Cookie: a=${'x'.repeat(9_000)}`],
  ['oversized headers', `X-Long: ${'x'.repeat(600_000)}`],
] as const) {
  test(`a dyno that sends ${what} gives 502 and H25`, { timeout }, async (t) => {
    const reply = `HTTP/1.1 200 OK\r\n${header}\r\nContent-Length: 0\r\n\r\n`;
    const stage = await stageOf(t, [await createScriptedDyno(t, reply)]);

    assert.equal((await fetchFrom(stage)).status, 502);
    assert.match(
      await stage.nextLine(),
      /^at=error code=H25 desc="HTTP restriction" .* status=502 /,
    );
  });
}

test('a GET that meets the end of a kept connection is sent again', { timeout }, async (t) => {
  const stage = await stageOf(t, [await createForgetfulDyno(t)]);
  await fetchFrom(stage);

  const reply = await fetchFrom(stage);

  assert.equal(reply.body, 'first on its connection');
});

test('a POST never meets the end of a kept connection', { timeout }, async (t) => {
  const stage = await stageOf(t, [await createForgetfulDyno(t)]);
  await fetchFrom(stage);

  const reply = await fetchFrom(stage, { method: 'POST', body: 'precious' });

  assert.equal(reply.body, 'first on its connection');
});

/** Promises to keep connections, and closes them on the second request without an answer. */
function createForgetfulDyno(t: TestContext): Promise<RoutedDyno> {
  return createRawDyno(t, (socket) => {
    socket.once('data', () => {
      socket.write('HTTP/1.1 200 OK\r\nContent-Length: 23\r\n\r\nfirst on its connection');
      socket.on('data', () => socket.destroy());
    });
  });
}
