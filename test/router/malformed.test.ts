import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { test, type TestContext } from 'node:test';
import { createDyno, createStage, fetchFrom, open, sendRaw, type StageOptions } from './stage.ts';

const timeout = 10_000;

/** An app that tells how many requests came through to it. */
async function createScene(t: TestContext, options?: StageOptions) {
  const stage = await createStage(t, options);
  const seen: string[] = [];
  const dyno = await createDyno(t, (request, response) => {
    seen.push(`${request.method ?? ''} ${request.url ?? ''}`);
    request.resume().on('end', () => response.end('served'));
  });
  await stage.publish({ app: { dynos: [dyno] } });
  return { stage, seen };
}

const host = 'Host: app.test\r\n';
const close = 'Connection: close\r\n';
const refused: readonly [string, string][] = [
  ['no Host', 'GET / HTTP/1.1\r\n\r\n'],
  ['no Host in HTTP/1.0', 'GET / HTTP/1.0\r\n\r\n'],
  ['two Hosts', `GET / HTTP/1.1\r\n${host}Host: other.test\r\n\r\n`],
  ['twice the same Host', `GET / HTTP/1.1\r\n${host}${host}\r\n`],
  ['a Host with a space', 'GET / HTTP/1.1\r\nHost: app test\r\n\r\n'],
  ['a Host with a quote', 'GET / HTTP/1.1\r\nHost: app.test" status=200\r\n\r\n'],
  [
    'length and chunks',
    `POST / HTTP/1.1\r\n${host}Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
  ],
  ['two lengths', `POST / HTTP/1.1\r\n${host}Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello`],
  ['a length that is no number', `POST / HTTP/1.1\r\n${host}Content-Length: +5\r\n\r\nhello`],
  [
    'an unknown transfer encoding',
    `POST / HTTP/1.1\r\n${host}Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n`,
  ],
  [
    'a disguised transfer encoding',
    `POST / HTTP/1.1\r\n${host}Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n`,
  ],
  ['a space before the colon', `POST / HTTP/1.1\r\n${host}Content-Length : 5\r\n\r\nhello`],
  ['bare line feeds', 'GET / HTTP/1.1\nHost: app.test\n\n'],
  ['a folded header', `GET / HTTP/1.1\r\n${host}X-A: 1\r\n 2\r\n\r\n`],
  ['a NUL in a header', `GET / HTTP/1.1\r\n${host}X-A: a\0b\r\n\r\n`],
  ['HTTP/2 spoken at once', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'],
  ['an unknown version', `GET / HTTP/3.7\r\n${host}\r\n`],
  ['no HTTP at all', 'hello?\r\n\r\n'],
  ['a target without a slash', `OPTIONS * HTTP/1.1\r\n${host}\r\n`],
  ['a request line of 8193 bytes', `GET /${'x'.repeat(8193 - 14)} HTTP/1.1\r\n${host}\r\n`],
  ['a header line of 8193 bytes', `GET / HTTP/1.1\r\n${host}X-A: ${'x'.repeat(8193 - 5)}\r\n\r\n`],
  ['a header name of 1001 bytes', `GET / HTTP/1.1\r\n${host}${'x'.repeat(1001)}: 1\r\n\r\n`],
  ['1001 headers', `GET / HTTP/1.1\r\n${host}${'X-A: 1\r\n'.repeat(1000)}\r\n`],
  [
    '200 kB of headers',
    `GET / HTTP/1.1\r\n${host}${`X-A: ${'x'.repeat(8000)}\r\n`.repeat(25)}\r\n`,
  ],
];

for (const [what, bytes] of refused) {
  test(`${what}: 400, and no dyno hears of it`, { timeout }, async (t) => {
    const { stage, seen } = await createScene(t);

    const answer = await sendRaw(stage, bytes);

    assert.match(answer, /^HTTP\/1\.1 400 Bad Request\r\n/);
    assert.match(answer, /<h1>Bad request<\/h1>/);
    assert.doesNotMatch(answer, /HTTP\/1\.1 200/);
    assert.deepEqual(seen, []);
  });
}

const served: readonly [string, string, string][] = [
  ['HTTP/1.0 with a Host', `GET /old HTTP/1.0\r\n${host}\r\n`, 'GET /old'],
  [
    'an absolute target',
    `GET http://app.test/abs?q HTTP/1.1\r\nHost: app.test\r\n${close}\r\n`,
    'GET /abs?q',
  ],
  [
    'an absolute target that outranks its Host',
    `GET http://app.test HTTP/1.1\r\nHost: no.test\r\n${close}\r\n`,
    'GET /',
  ],
  ['1000 headers', `GET / HTTP/1.1\r\n${host}${close}${'X-A: 1\r\n'.repeat(998)}\r\n`, 'GET /'],
  [
    'a request line of 8192 bytes',
    `GET /${'x'.repeat(8192 - 14)} HTTP/1.1\r\n${host}${close}\r\n`,
    `GET /${'x'.repeat(8178)}`,
  ],
  [
    'a header line of 8192 bytes',
    `GET / HTTP/1.1\r\n${host}${close}X-A: ${'x'.repeat(8192 - 5)}\r\n\r\n`,
    'GET /',
  ],
  ['a method few know', `PROPFIND /dav HTTP/1.1\r\n${host}${close}\r\n`, 'PROPFIND /dav'],
  ['a path of odd bytes', `GET /"{}<>|\` HTTP/1.1\r\n${host}${close}\r\n`, 'GET /"{}<>|`'],
];

for (const [what, bytes, request] of served) {
  test(`${what} is served`, { timeout }, async (t) => {
    const { stage, seen } = await createScene(t);

    assert.match(await sendRaw(stage, bytes), /^HTTP\/1\.1 200 OK\r\n[^]*served/);
    assert.deepEqual(seen, [request]);
  });
}

test('CONNECT is refused', { timeout }, async (t) => {
  const { stage, seen } = await createScene(t);

  const answer = await sendRaw(stage, `CONNECT app.test:443 HTTP/1.1\r\n${host}\r\n`);

  assert.match(answer, /^HTTP\/1\.1 405 Method Not Allowed\r\n/);
  assert.deepEqual(seen, []);
});

test(
  'HTTP/2 by upgrade is not passed on: the request is served as it is',
  { timeout },
  async (t) => {
    const { stage, seen } = await createScene(t);

    const answer = await sendRaw(
      stage,
      `GET /h2 HTTP/1.1\r\n${host}Connection: Upgrade, HTTP2-Settings, close\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAAP__\r\n\r\n`,
    );

    assert.match(answer, /^HTTP\/1\.1 200 OK/);
    assert.deepEqual(seen, ['GET /h2']);
  },
);

test('an Expect that nobody fulfils is 417 and H26', { timeout }, async (t) => {
  const { stage, seen } = await createScene(t);

  const reply = await fetchFrom(stage, { headers: { Expect: 'miracles' } });

  assert.equal(reply.status, 417);
  assert.deepEqual(seen, []);
  assert.match(
    await stage.nextLine(),
    /^at=error code=H26 desc="Request Error" cause="unsupported expect header value" .* status=417 /,
  );
});

test(
  '100-continue is answered by the router, once a dyno takes the body',
  { timeout },
  async (t) => {
    const { stage } = await createScene(t);
    const socket = connect(stage.port, '127.0.0.1');
    socket.write(
      `POST / HTTP/1.1\r\n${host}${close}Expect: 100-continue\r\nContent-Length: 4\r\n\r\n`,
    );

    const [first] = (await once(socket, 'data')) as [Buffer];
    assert.equal(first.toString(), 'HTTP/1.1 100 Continue\r\n\r\n');

    socket.write('body');
    assert.match(await text(socket), /^HTTP\/1\.1 200 OK[^]*served$/);
  },
);

test('a broken chunk in the middle of a body ends the request with 400', { timeout }, async (t) => {
  const { stage } = await createScene(t);

  const answer = await sendRaw(
    stage,
    `POST / HTTP/1.1\r\n${host}Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\nnonsense\r\n`,
  );

  assert.match(answer, /^HTTP\/1\.1 400 Bad Request/);
  assert.match(await stage.nextLine(), /^sock=client at=warning code=H27 /);
});

test('headers that do not come to an end are cut off', { timeout }, async (t) => {
  const { stage } = await createScene(t, { timeouts: { headers: 100 } });

  assert.match(await sendRaw(stage, `GET / HTTP/1.1\r\n${host}X-Slow: `), /^HTTP\/1\.1 408 /);
});

test('requests in one write are answered in their order', { timeout }, async (t) => {
  const { stage, seen } = await createScene(t);
  const get = (path: string, more = ''): string => `GET ${path} HTTP/1.1\r\n${host}${more}\r\n`;

  const answer = await sendRaw(stage, get('/1') + get('/2') + get('/3', close));

  assert.equal(answer.split('served').length - 1, 3);
  assert.deepEqual(seen, ['GET /1', 'GET /2', 'GET /3']);
});

test('a request hidden in a body is a body', { timeout }, async (t) => {
  const { stage, seen } = await createScene(t);
  const hidden = `GET /admin HTTP/1.1\r\n${host}\r\n`;

  const response = await open(stage, { method: 'POST', body: hidden });

  assert.equal(await text(response), 'served');
  assert.deepEqual(seen, ['POST /']);
});
