import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import {
  createDyno,
  createScriptedDyno,
  createStage,
  fetchFrom,
  sendRaw,
  type Stage,
} from './stage.ts';

const timeout = 10_000;

/** An app that answers with the headers that reached it, as they came. */
async function createMirror(t: TestContext): Promise<Stage> {
  const stage = await createStage(t);
  const dyno = await createDyno(t, (request, response) => {
    response.end(JSON.stringify(request.rawHeaders));
  });
  await stage.publish({ app: { dynos: [dyno] } });
  return stage;
}

async function mirrored(stage: Stage, lines: readonly string[]): Promise<[string, string][]> {
  const head = ['GET / HTTP/1.1', 'Host: app.test', ...lines, 'Connection: close', '', ''];
  const answer = Buffer.from(await sendRaw(stage, head.join('\r\n')), 'latin1').toString();
  const raw = JSON.parse(answer.slice(answer.indexOf('['))) as string[];
  return raw.flatMap((name, i) => (i % 2 === 0 ? [[name, raw[i + 1] ?? '']] : []));
}

function valuesOf(headers: [string, string][], name: string): string[] {
  return headers.filter(([key]) => key.toLowerCase() === name).map(([, value]) => value);
}

test('a dyno learns who asks, how and when', { timeout }, async (t) => {
  const stage = await createMirror(t);
  const before = Date.now();

  const headers = await mirrored(stage, []);

  assert.deepEqual(valuesOf(headers, 'x-forwarded-for'), ['127.0.0.1']);
  assert.deepEqual(valuesOf(headers, 'x-forwarded-proto'), ['http']);
  assert.deepEqual(valuesOf(headers, 'x-forwarded-port'), [String(stage.port)]);
  assert.deepEqual(valuesOf(headers, 'via'), ['1.1 monoku-router']);
  assert.match(valuesOf(headers, 'x-request-id').join(), /^[0-9a-f-]{36}$/);
  const start = Number(valuesOf(headers, 'x-request-start').join());
  assert.ok(start >= before && start <= Date.now());
});

test('what a client says of itself stands left of what the router saw', { timeout }, async (t) => {
  const stage = await createMirror(t);

  const headers = await mirrored(stage, [
    'X-Forwarded-For: 10.0.0.1',
    'X-Forwarded-For: 10.0.0.2',
    'Via: 1.0 fred',
  ]);

  assert.deepEqual(valuesOf(headers, 'x-forwarded-for'), ['10.0.0.1, 10.0.0.2, 127.0.0.1']);
  assert.deepEqual(valuesOf(headers, 'via'), ['1.0 fred, 1.1 monoku-router']);
  assert.match(await stage.nextLine(), / fwd="10\.0\.0\.1, 10\.0\.0\.2, 127\.0\.0\.1" /);
});

test('a client cannot claim protocol, port, host or start', { timeout }, async (t) => {
  const stage = await createMirror(t);

  const headers = await mirrored(stage, [
    'X-Forwarded-Proto: https',
    'X-Forwarded-Port: 443',
    'X-Forwarded-Host: admin.test',
    'X-Forwarded-By: me',
    'X-Request-Start: 1',
  ]);

  assert.deepEqual(valuesOf(headers, 'x-forwarded-proto'), ['http']);
  assert.deepEqual(valuesOf(headers, 'x-forwarded-port'), [String(stage.port)]);
  assert.deepEqual(valuesOf(headers, 'x-forwarded-host'), []);
  assert.deepEqual(valuesOf(headers, 'x-forwarded-by'), []);
  assert.notDeepEqual(valuesOf(headers, 'x-request-start'), ['1']);
});

for (const [what, given, kept] of [
  ['of 20 fit characters', 'abc+/=-01234567890ab', true],
  ['of 200 characters', 'x'.repeat(200), true],
  ['that is too short', 'x'.repeat(19), false],
  ['that is too long', 'x'.repeat(201), false],
  ['with other characters', 'abcdefghijklmnopqrs_tuv', false],
] as const) {
  test(`a request id ${what} is ${kept ? 'kept' : 'replaced'}`, { timeout }, async (t) => {
    const stage = await createMirror(t);

    const headers = await mirrored(stage, [`X-Request-Id: ${given}`]);

    const [id] = valuesOf(headers, 'x-request-id');
    assert.equal(id === given, kept);
    assert.ok((await stage.nextLine()).includes(` request_id=${id ?? ''} `));
  });
}

test('headers of one hop end at the router', { timeout }, async (t) => {
  const stage = await createMirror(t);

  const headers = await mirrored(stage, [
    'Connection: X-Private, keep-alive',
    'X-Private: 1',
    'Keep-Alive: timeout=9',
    'TE: trailers',
    'Trailer: X-End',
    'Proxy-Connection: keep-alive',
    'Proxy-Authorization: Basic eDp5',
  ]);

  for (const name of [
    'x-private',
    'keep-alive',
    'te',
    'trailer',
    'proxy-connection',
    'proxy-authorization',
  ]) {
    assert.deepEqual(valuesOf(headers, name), [], name);
  }
});

test(
  'all else reaches the dyno as it came, in order, repetition, letters and bytes',
  { timeout },
  async (t) => {
    const stage = await createMirror(t);

    const headers = await mirrored(stage, [
      'X-ODD: caf\xe9',
      'Cookie: a=1',
      'x-odd: 2',
      'Authorization: Bearer x',
    ]);

    assert.deepEqual(
      headers.filter(([name]) => /^(x-odd|cookie|authorization)$/i.test(name)),
      [
        ['X-ODD', 'caf\xe9'],
        ['Cookie', 'a=1'],
        ['x-odd', '2'],
        ['Authorization', 'Bearer x'],
      ],
    );
  },
);

test(
  'an answer reaches the client as the dyno gave it, but for headers of one hop',
  { timeout },
  async (t) => {
    const stage = await createStage(t);
    const dyno = await createScriptedDyno(
      t,
      'HTTP/1.1 299 Very Odd\r\nSet-Cookie: a=1\r\nSET-COOKIE: b=caf\xe9\r\nKeep-Alive: timeout=3\r\n' +
        'Date: yesterday\r\nVia: 1.1 inner\r\nContent-Length: 2\r\n\r\nok',
    );
    await stage.publish({ app: { dynos: [dyno] } });

    const answer = await sendRaw(
      stage,
      'GET / HTTP/1.1\r\nHost: app.test\r\nConnection: close\r\n\r\n',
    );

    assert.equal(
      answer,
      'HTTP/1.1 299 Very Odd\r\nSet-Cookie: a=1\r\nSET-COOKIE: b=caf\xe9\r\n' +
        'Date: yesterday\r\nContent-Length: 2\r\nVia: 1.1 inner, 1.1 monoku-router\r\nConnection: close\r\n\r\nok',
    );
  },
);

for (const [what, reply, status] of [
  ['early hints', 'HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n', 200],
  ['processing', 'HTTP/1.1 102 Processing\r\n\r\n', 200],
] as const) {
  test(`${what} stay behind, the answer comes`, { timeout }, async (t) => {
    const stage = await createStage(t);
    const dyno = await createScriptedDyno(
      t,
      `${reply}HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok`,
    );
    await stage.publish({ app: { dynos: [dyno] } });

    const answer = await fetchFrom(stage);

    assert.deepEqual([answer.status, answer.body], [status, 'ok']);
  });
}

test('a HEAD, a 204 and a 304 have no body', { timeout }, async (t) => {
  const stage = await createStage(t);
  const dyno = await createDyno(t, (request, response) => {
    response.statusCode = Number(request.url?.slice(1));
    response.setHeader('ETag', '"x"');
    response.end(request.method === 'HEAD' ? undefined : 'body');
  });
  await stage.publish({ app: { dynos: [dyno] } });

  for (const [method, status] of [
    ['HEAD', 200],
    ['GET', 204],
    ['GET', 304],
  ] as const) {
    const reply = await fetchFrom(stage, { method, path: `/${status}` });
    assert.deepEqual([reply.status, reply.body, reply.headers.etag], [status, '', '"x"']);
  }
});

test('HTTP/1.0 gets a body that ends with the connection', { timeout }, async (t) => {
  const stage = await createStage(t);
  const dyno = await createDyno(t, (_, response) => {
    response.write('in ');
    response.end('pieces');
  });
  await stage.publish({ app: { dynos: [dyno] } });

  const answer = await sendRaw(stage, 'GET / HTTP/1.0\r\nHost: app.test\r\n\r\n');

  assert.match(answer, /\r\n\r\nin pieces$/);
  assert.doesNotMatch(answer, /transfer-encoding/i);
});

test('trailers of an answer are passed on', { timeout }, async (t) => {
  const stage = await createStage(t);
  const dyno = await createScriptedDyno(
    t,
    'HTTP/1.1 200 OK\r\nTrailer: X-Sum\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\nX-Sum: 7\r\n\r\n',
  );
  await stage.publish({ app: { dynos: [dyno] } });

  const answer = await sendRaw(
    stage,
    'GET / HTTP/1.1\r\nHost: app.test\r\nConnection: close\r\n\r\n',
  );

  assert.match(answer, /2\r\nok\r\n0\r\nx-sum: 7\r\n\r\n$/i);
});
