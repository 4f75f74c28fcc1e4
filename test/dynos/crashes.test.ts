import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createServingWorld } from './world.ts';

const LIMIT = { timeout: 10_000 };
const WEB = { web: 'listen' };

test('a crashed dyno is started again at once, and counted', LIMIT, async () => {
  const world = await createServingWorld(WEB, { web: 1 });
  const before = await world.dyno('web.1');
  await world.crash('web.1');
  const after = await world.dyno('web.1');
  assert.notEqual(after.dyno, before.dyno);
  assert.equal(world.status()[0]?.restarts, 1);
  assert.deepEqual(world.routes.at(-1), ['web.1@v1']);
  await world.close();
});

test('exit code 0 is a crash too', LIMIT, async () => {
  const world = await createServingWorld({ worker: 'wait' }, { worker: 1 });
  await world.crash('worker.1', 0);
  assert.equal(world.status()[0]?.restarts, 1);
  assert.deepEqual(await world.names(), ['worker.1@v1']);
  await world.close();
});

test('the second crash in a row cools off, and status tells until when', LIMIT, async () => {
  const world = await createServingWorld(WEB, { web: 1 });
  await world.crash('web.1');
  await world.crash('web.1');
  const [status] = world.status();
  assert.equal(status?.state, 'crashed');
  assert.equal(status.restarts, 1);
  assert.equal(status.nextTry?.getTime(), world.clock.now().getTime() + 1200_000);
  assert.deepEqual(world.routes.at(-1), []);
  await world.close();
});

test('after the cool-off it is tried again, and the next one is longer', LIMIT, async () => {
  const world = await createServingWorld(WEB, { web: 1 });
  await world.crash('web.1');
  await world.crash('web.1');
  world.clock.advance(1199);
  await world.idle();
  assert.deepEqual(await world.names(), []);
  world.clock.advance(1);
  await world.idle();
  assert.deepEqual(await world.names(), ['web.1@v1']);
  await world.crash('web.1');
  assert.equal(world.status()[0]?.nextTry?.getTime(), world.clock.now().getTime() + 2400_000);
  await world.close();
});

test('a start that lasted ends the counting', LIMIT, async () => {
  const world = await createServingWorld(WEB, { web: 1 });
  await world.crash('web.1');
  world.clock.advance(60);
  await world.crash('web.1');
  assert.deepEqual(world.states(), ['web.1 up v1']);
  await world.close();
});

test('one dyno that cools off leaves the others alone', LIMIT, async () => {
  const world = await createServingWorld(WEB, { web: 2 });
  await world.crash('web.2');
  await world.crash('web.2');
  assert.deepEqual(world.states(), ['web.1 up v1', 'web.2 crashed v1']);
  assert.deepEqual(world.routes.at(-1), ['web.1@v1']);
  await world.close();
});

test('a new release ends the back-off', LIMIT, async () => {
  const world = await createServingWorld(WEB, { web: 1 });
  await world.crash('web.1');
  await world.crash('web.1');
  world.deploy(WEB);
  await world.idle();
  assert.deepEqual(world.states(), ['web.1 up v2']);
  assert.equal(world.status()[0]?.restarts, 0);
  await world.close();
});

test('a restart ends the back-off', LIMIT, async () => {
  const world = await createServingWorld(WEB, { web: 1 });
  await world.crash('web.1');
  await world.crash('web.1');
  assert.equal(await world.reconciler.restart(world.app.id), 1);
  await world.idle();
  assert.deepEqual(world.states(), ['web.1 up v1']);
  await world.close();
});

test('scaling to zero and back ends the back-off', LIMIT, async () => {
  const world = await createServingWorld(WEB, { web: 1 });
  await world.crash('web.1');
  await world.crash('web.1');
  world.scale({ web: 0 });
  await world.idle();
  world.scale({ web: 1 });
  await world.idle();
  assert.deepEqual(world.states(), ['web.1 up v1']);
  await world.close();
});

test('what is left of a crashed dyno is removed', LIMIT, async () => {
  const world = await createServingWorld(WEB, { web: 1 });
  await world.crash('web.1');
  await world.crash('web.1');
  assert.deepEqual(await world.engine.list(), []);
  await world.close();
});

test('a dyno removed behind our back comes back', LIMIT, async () => {
  const world = await createServingWorld({ ...WEB, worker: 'wait' }, { web: 1, worker: 1 });
  for (const { dyno } of await world.running()) world.engine.remove(dyno);
  await world.idle();
  assert.deepEqual(await world.names(), ['web.1@v1', 'worker.1@v1']);
  assert.deepEqual(world.routes.at(-1), ['web.1@v1']);
  await world.close();
});

test('lost events do no harm', LIMIT, async () => {
  const world = await createServingWorld(WEB, { web: 1 });
  const { dyno } = await world.dyno('web.1');
  world.engine.kill(dyno, 1);
  world.engine.loseEvents();
  await world.hasDone('start web.1@v1');
  await world.idle();
  assert.deepEqual(await world.names(), ['web.1@v1']);
  await world.close();
});

test('a web dyno that restarts and then never listens is killed and cools off', LIMIT, async () => {
  const world = await createServingWorld({ web: 'print ready; wait' }, { web: 0 });
  world.scale({ web: 1 });
  for (const count of [1, 2]) {
    await world.until(() => world.said('app[web.1]: ready') === count);
    world.clock.advance(60);
    await world.until(
      () => world.said('heroku[web.1]: State changed from starting to crashed') === count,
    );
  }
  await world.idle();
  assert.deepEqual(world.states(), ['web.1 crashed v1']);
  assert.deepEqual(await world.names(), []);
  await world.close();
});
