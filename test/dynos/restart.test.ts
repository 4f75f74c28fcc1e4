import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PlatformError } from '../../server/domain/errors.ts';
import { aFormation } from './wishes.ts';
import { createServingWorld } from './world.ts';

const LIMIT = { timeout: 10_000 };
const WEB = { web: 'listen' };

test('a restart replaces web dynos one after the other, each without a gap', LIMIT, async () => {
  const world = await createServingWorld(WEB, { web: 2 });
  const before = new Set((await world.running()).map(({ dyno }) => dyno));
  assert.equal(await world.reconciler.restart(world.app.id), 2);
  await world.idle();
  assert.ok((await world.running()).every(({ dyno }) => !before.has(dyno)));
  assert.deepEqual(
    world.story.filter((deed) => !deed.startsWith('route')),
    ['start web.1@v1', 'stop web.1@v1', 'start web.2@v1', 'stop web.2@v1'],
  );
  assert.ok(world.routes.every((names) => names.length >= 2));
  await world.close();
});

test('a restart of a worker stops the old one before the new one starts', LIMIT, async () => {
  const world = await createServingWorld({ worker: 'wait' }, { worker: 2 });
  assert.equal(await world.reconciler.restart(world.app.id, { type: 'worker' }), 2);
  await world.idle();
  assert.deepEqual(
    world.story.filter((deed) => !deed.startsWith('route')),
    ['stop worker.1@v1', 'start worker.1@v1', 'stop worker.2@v1', 'start worker.2@v1'],
  );
  await world.close();
});

test('a restart touches only what it names', LIMIT, async () => {
  const world = await createServingWorld({ ...WEB, worker: 'wait' }, { web: 2, worker: 1 });
  const before = await world.running();
  assert.equal(await world.reconciler.restart(world.app.id, { type: 'web', index: 2 }), 1);
  await world.idle();
  const after = new Set((await world.running()).map(({ dyno }) => dyno));
  const replaced = before.filter(({ dyno }) => !after.has(dyno));
  assert.deepEqual(
    replaced.map(({ type, index }) => `${type}.${String(index)}`),
    ['web.2'],
  );
  await world.close();
});

test(
  'a restarted web dyno that does not come up leaves the old one in service',
  LIMIT,
  async () => {
    const world = await createServingWorld(WEB, { web: 1 });
    const old = await world.dyno('web.1');
    world.break('start', new PlatformError('invalid_params', 'No.'));
    await world.reconciler.restart(world.app.id);
    await world.idle();
    assert.deepEqual(
      world.reconciler.routed(world.app.id).map(({ id }) => id),
      [old.dyno],
    );
    await world.close();
  },
);

test('another dyno size replaces the dynos, web without a gap', LIMIT, async () => {
  const world = await createServingWorld(WEB, { web: 2 });
  assert.ok(world.wish);
  world.wish = { ...world.wish, formation: aFormation({ web: 2 }, 'standard-2x') };
  await world.idle();
  const running = await world.running();
  assert.deepEqual(
    running.map(({ size }) => size),
    ['standard-2x', 'standard-2x'],
  );
  assert.ok(world.routes.every((names) => names.length >= 2));
  await world.close();
});
