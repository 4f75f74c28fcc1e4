import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createDyno, createStage, fetchFrom } from './stage.ts';

const timeout = 10_000;

test('a host of no app gets the page that says so, and no line', { timeout }, async (t) => {
  const stage = await createStage(t);
  await stage.publish({});

  const reply = await fetchFrom(stage);

  assert.equal(reply.status, 404);
  assert.match(reply.headers['content-type'] ?? '', /^text\/html/);
  assert.match(reply.body, /No such app/);
  assert.deepEqual(stage.lines, []);
});

const states = [
  {
    state: 'crashed',
    code: 'H10',
    at: 'error',
    words: 'App crashed',
    page: /The application crashed/,
  },
  {
    state: 'scaled-down',
    code: 'H14',
    at: 'error',
    words: 'No web processes running',
    page: /no web dynos running/,
  },
  {
    state: 'maintenance',
    code: 'H80',
    at: 'info',
    words: 'Maintenance mode',
    page: /undergoing maintenance/,
  },
  { state: 'blank', code: 'H81', at: 'info', words: 'Blank app', page: /no code yet/ },
] as const;

for (const { state, code, at, words, page } of states) {
  test(`an app that is ${state} answers 503 and ${code}`, { timeout }, async (t) => {
    const stage = await createStage(t);
    await stage.publish({ app: { state } });

    const reply = await fetchFrom(stage);

    assert.equal(reply.status, 503);
    assert.match(reply.body, page);
    assert.match(
      await stage.nextLine(),
      new RegExp(
        `^at=${at} code=${code} desc="${words}" .* dyno= connect= service= status=503 bytes= `,
      ),
    );
  });
}

test('maintenance comes before dynos that are up', { timeout }, async (t) => {
  const stage = await createStage(t);
  const dyno = await createDyno(t, (_, response) => response.end('open'));
  await stage.publish({ app: { state: 'maintenance', dynos: [dyno] } });

  assert.equal((await fetchFrom(stage)).status, 503);
});

test('a request waits for a booting app and goes on when a dyno is up', { timeout }, async (t) => {
  const stage = await createStage(t);
  const dyno = await createDyno(t, (_, response) => response.end('awake'));
  await stage.publish({ app: { state: 'booting' } });
  const waiting = [fetchFrom(stage), fetchFrom(stage, { method: 'POST', body: 'kept' })];

  await stage.publish({ other: { state: 'blank' }, app: { state: 'booting' } });
  await stage.publish({ app: { dynos: [dyno] } });

  for (const reply of await Promise.all(waiting)) assert.equal(reply.body, 'awake');
});

test('a request that waited for a boot that failed gets H10', { timeout }, async (t) => {
  const stage = await createStage(t);
  await stage.publish({ app: { state: 'booting' } });
  const waiting = fetchFrom(stage);

  await stage.publish({ app: { state: 'crashed' } });

  assert.equal((await waiting).status, 503);
  assert.match(await stage.nextLine(), /code=H10 /);
});

test('a boot that takes too long ends in H20', { timeout }, async (t) => {
  const stage = await createStage(t, { timeouts: { start: 50 } });
  await stage.publish({ app: { state: 'booting' } });

  assert.equal((await fetchFrom(stage)).status, 503);
  assert.match(await stage.nextLine(), /^at=error code=H20 desc="App boot timeout" /);
});

test('more requests than 200 a dyno are refused at once with H11', { timeout }, async (t) => {
  const stage = await createStage(t);
  await stage.publish({ app: { state: 'booting' } });
  const held = Array.from({ length: 200 }, () => fetchFrom(stage));
  held.push(fetchFrom(stage));

  assert.match(await stage.nextLine(), /^at=error code=H11 desc="Backlog too deep" .* status=503 /);

  await stage.publish({ app: { state: 'blank' } });
  const replies = await Promise.all(held);
  assert.equal(replies.filter((reply) => /H11/.test(reply.body)).length, 1);
});

test('who prefers JSON gets the failure as JSON', { timeout }, async (t) => {
  const stage = await createStage(t);
  await stage.publish({ app: { state: 'crashed' } });

  const reply = await fetchFrom(stage, { headers: { Accept: 'application/json' } });

  assert.equal(reply.headers['content-type'], 'application/json; charset=utf-8');
  assert.deepEqual(JSON.parse(reply.body), {
    id: 'application_error',
    message: 'The application crashed. Its owner can see why in the logs: monoku logs --tail.',
    code: 'H10',
  });
});
