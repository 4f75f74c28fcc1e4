import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { request as httpRequest, Agent, type IncomingMessage } from 'node:http';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { test, type TestContext } from 'node:test';
import type { AccessLine, RouteTable } from '../../router/contract.ts';
import { createRouter } from '../../router/router.ts';
import { createPublisher } from '../../server/routes/publisher.ts';
import {
  BOOT,
  createDyno,
  createHome,
  createRawDyno,
  createStage,
  createTable,
  fetchFrom,
  open,
  silentLog,
} from './stage.ts';

const timeout = 20_000;

async function startRouter(t: TestContext, home: string): Promise<{ port: number }> {
  const router = createRouter({
    home,
    bind: '127.0.0.1',
    port: 0,
    boot: BOOT,
    log: silentLog,
    timeouts: { drain: 200 },
  });
  t.after(() => router.stop());
  return { port: await router.start() };
}

function savedTable(home: string): RouteTable {
  return JSON.parse(readFileSync(join(home, 'router', 'table.json'), 'utf8')) as RouteTable;
}

test('a published table is in force and saved', { timeout }, async (t) => {
  const stage = await createStage(t);

  const table = await stage.publish({ app: { state: 'blank' } });

  assert.deepEqual(savedTable(stage.home), table);
  assert.match((await fetchFrom(stage)).body, /no code yet/);
});

test('tables in quick succession end with the last, in force and saved', { timeout }, async (t) => {
  const stage = await createStage(t);

  const tables = await Promise.all(
    Array.from({ length: 20 }, () => stage.publish({ app: { state: 'crashed' } })).concat(
      stage.publish({ app: { state: 'blank' } }),
    ),
  );

  assert.deepEqual(savedTable(stage.home), tables.at(-1));
  assert.match((await fetchFrom(stage)).body, /no code yet/);
});

test(
  'a router that starts without its server serves from the saved table',
  { timeout },
  async (t) => {
    const home = createHome(t);
    const dyno = await createDyno(t, (_, response) => response.end('served'));
    save(home, createTable({ app: { dynos: [dyno] } }, { number: 9, epoch: 'before' }));

    const router = await startRouter(t, home);

    assert.equal((await fetchFrom(router)).body, 'served');
  },
);

for (const [what, content] of [
  [
    'of another boot of the machine',
    JSON.stringify(
      createTable({ app: { state: 'blank' } }, { number: 9, epoch: 'e', boot: 'another' }),
    ),
  ],
  ['cut in the middle', '{"number": 9, "epo'],
] as const) {
  test(`a saved table ${what} is ignored`, { timeout }, async (t) => {
    const home = createHome(t);
    mkdirSync(join(home, 'router'));
    writeFileSync(join(home, 'router', 'table.json'), content);

    assert.equal((await fetchFrom(await startRouter(t, home))).status, 404);
  });
}

function save(home: string, table: RouteTable): void {
  mkdirSync(join(home, 'router'));
  writeFileSync(join(home, 'router', 'table.json'), JSON.stringify(table));
}

test(
  'a router serves on while its server is away, and finds the next one',
  { timeout },
  async (t) => {
    const stage = await createStage(t);
    const dyno = await createDyno(t, (_, response) => response.end('served'));
    await stage.publish({ app: { dynos: [dyno] } });
    await stage.publisher.close();

    assert.equal((await fetchFrom(stage, { path: '/while-away' })).body, 'served');

    const lines: AccessLine[] = [];
    const arrived = Promise.withResolvers<undefined>();
    const next = await createPublisher({
      socketPath: join(stage.home, 'run', 'router'),
      onAccess: (line) => {
        lines.push(line);
        arrived.resolve(undefined);
      },
      warn: () => undefined,
    });
    t.after(() => next.close());
    await next.publish(
      createTable({ app: { state: 'crashed' } }, { number: 1, epoch: 'the next' }),
    );

    assert.equal((await fetchFrom(stage)).status, 503);
    await arrived.promise;
    assert.match(lines[0]?.text ?? '', / path="\/while-away" /);
  },
);

test('when a table is applied, a dropped dyno gets no request any more', { timeout }, async (t) => {
  const stage = await createStage(t);
  const agent = new Agent({ keepAlive: true });
  t.after(() => {
    agent.destroy();
  });
  for (let round = 0; round < 5; round += 1) {
    let dropped = false;
    let late = 0;
    const old = await createDyno(t, (_, response) => {
      if (dropped) late += 1;
      response.end('old');
    });
    const young = await createDyno(t, (_, response) => response.end('young'));
    await stage.publish({ app: { dynos: [old] } });
    const flood = Array.from({ length: 60 }, () => ask(stage.port, agent));

    await stage.publish({ app: { dynos: [young] } });
    dropped = true;

    const bodies = await Promise.all(flood);
    assert.ok(bodies.every((body) => body === 'old' || body === 'young'));
    assert.equal(await ask(stage.port, agent), 'young');
    assert.equal(late, 0);
  }
});

async function ask(port: number, agent: Agent): Promise<string> {
  const request = httpRequest({ port, host: '127.0.0.1', agent, headers: { Host: 'app.test' } });
  request.end();
  const [response] = (await once(request, 'response')) as [IncomingMessage];
  return text(response);
}

test('a request under way on a dropped dyno goes on to its end', { timeout }, async (t) => {
  const stage = await createStage(t);
  const finish = Promise.withResolvers<undefined>();
  const old = await createDyno(t, (_, response) => {
    response.write('begun, ');
    void finish.promise.then(() => response.end('ended'));
  });
  await stage.publish({ app: { dynos: [old] } });
  const response = await open(stage);

  await stage.publish({ app: { state: 'scaled-down' } });
  finish.resolve(undefined);

  assert.equal(await text(response), 'begun, ended');
  assert.match(await stage.nextLine(), /^at=info .* status=200 bytes=12 /);
});

test(
  'a request that waits for the connection of a dropped dyno goes to another',
  { timeout },
  async (t) => {
    const stage = await createStage(t);
    const reached = Promise.withResolvers<undefined>();
    const old = await createRawDyno(t, () => {
      reached.resolve(undefined);
    });
    const young = await createDyno(t, (_, response) => response.end('young'));
    await stage.publish({ app: { dynos: [old] } });

    // the table changes in the very turn in which the request sets out
    const [reply] = await Promise.all([
      fetchFrom(stage, { method: 'POST', body: 'x' }),
      stage.publish({ app: { dynos: [young] } }),
    ]);

    assert.match(reply.body, /young/);
  },
);

test('a dyno that left closes its idle connections', { timeout }, async (t) => {
  const stage = await createStage(t);
  const dyno = await createDyno(t, (_, response) => response.end('kept'));
  await stage.publish({ app: { dynos: [dyno] } });
  const connected = once(dyno.server, 'connection');
  await fetchFrom(stage);
  const [socket] = (await connected) as [import('node:net').Socket];
  const closed = once(socket, 'close');

  await stage.publish({});

  await closed;
});

for (const [host, expected] of [
  ['www.example.com', 'exact'],
  ['WWW.Example.Com.:8080', 'exact'],
  ['a.example.com', 'wild'],
  ['a.b.example.com', 'wild'],
  ['deep.www.example.com', 'wild'],
  ['x.closer.example.com', 'closer'],
] as const) {
  test(`${host} is found: ${expected}`, { timeout }, async (t) => {
    const stage = await createStage(t);
    const answering = (name: string) => createDyno(t, (_, response) => response.end(name));
    await stage.publish({
      exact: { dynos: [await answering('exact')], hosts: ['www.example.com'] },
      wild: { dynos: [await answering('wild')], hosts: ['*.example.com'] },
      closer: { dynos: [await answering('closer')], hosts: ['*.closer.example.com'] },
    });

    assert.equal((await fetchFrom(stage, { headers: { Host: host } })).body, expected);
  });
}

for (const host of ['example.com', 'other.com', 'com', '*.example.com', '[::1]:80', '__proto__']) {
  test(`${host} belongs to no app`, { timeout }, async (t) => {
    const stage = await createStage(t);
    await stage.publish({ wild: { state: 'blank', hosts: ['*.example.com'] } });

    const { status } = await fetchFrom(stage, { headers: { Host: host } });

    assert.ok(status === 404 || status === 400);
  });
}

test('requests spread over the dynos of an app', { timeout }, async (t) => {
  const stage = await createStage(t);
  const names = ['web.1', 'web.2', 'web.3'];
  const dynos = await Promise.all(
    names.map((name) => createDyno(t, (_, response) => response.end(name), name)),
  );
  await stage.publish({ app: { dynos } });

  const replies = await Promise.all(Array.from({ length: 60 }, () => fetchFrom(stage)));

  assert.deepEqual([...new Set(replies.map((reply) => reply.body))].sort(), names);
});

test('stopping ends what hangs, with H24', { timeout }, async (t) => {
  const stage = await createStage(t, { timeouts: { drain: 50 } });
  const dyno = await createDyno(t, () => undefined);
  await stage.publish({ app: { dynos: [dyno] } });
  const reply = fetchFrom(stage);
  await once(dyno.server, 'request');

  await stage.router.stop();

  assert.equal((await reply).status, 503);
  assert.match(await stage.nextLine(), /^at=error code=H24 desc="Forced close" /);
});
