import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createId, type AppId } from '../../server/domain/ids.ts';
import { createServingWorld } from './world.ts';

const LIMIT = { timeout: 10_000 };
const WEB = { web: 'listen' };
const BOTH = { web: 'listen', worker: 'print ready; wait' };

test('a new server adopts what runs and starts nothing twice', LIMIT, async () => {
  const world = await createServingWorld(BOTH, { web: 2, worker: 1 });
  const before = (await world.running()).map(({ dyno }) => dyno).sort();
  await world.restartServer();
  await world.idle();
  assert.deepEqual((await world.running()).map(({ dyno }) => dyno).sort(), before);
  assert.deepEqual(world.states(), ['web.1 up v1', 'web.2 up v1', 'worker.1 up v1']);
  await world.close();
});

test('the first routes of a new server hold every dyno that is up', LIMIT, async () => {
  const world = await createServingWorld(WEB, { web: 3 });
  await world.restartServer();
  await world.idle();
  assert.deepEqual(world.routes, [['web.1@v1', 'web.2@v1', 'web.3@v1']]);
  await world.close();
});

test('a new server says nothing of dynos that it found up', LIMIT, async () => {
  const world = await createServingWorld(BOTH, { web: 1, worker: 1 });
  await world.restartServer();
  await world.idle();
  assert.deepEqual(world.lines, []);
  await world.close();
});

test('a pending release is carried on by a new server', LIMIT, async () => {
  const world = await createServingWorld(BOTH, { web: 1, worker: 1 });
  const { release } = world.deploy(BOTH);
  await world.hasDone('start worker.1@v2');
  await world.restartServer();
  world.clock.advance(3);
  await world.idle();
  assert.equal(world.outcomes.get(release.id), 'succeeded');
  assert.equal(world.story.filter((deed) => deed === 'start web.1@v2').length, 1);
  assert.equal(world.story.filter((deed) => deed === 'start worker.1@v2').length, 1);
  assert.deepEqual(await world.names(), ['web.1@v2', 'worker.1@v2']);
  await world.close();
});

test('a pending release whose dyno died meanwhile is failed by a new server', LIMIT, async () => {
  const world = await createServingWorld(BOTH, { web: 1, worker: 1 });
  const { release } = world.deploy(BOTH);
  await world.hasDone('start worker.1@v2');
  world.reconciler.close();
  for (const { dyno, version, type } of await world.running()) {
    if (version === 2 && type === 'worker') world.engine.kill(dyno, 1);
  }
  await world.restartServer();
  await world.idle();
  assert.match(world.outcomes.get(release.id) ?? '', /^worker\.1 .*status 1/);
  assert.deepEqual(await world.names(), ['web.1@v1', 'worker.1@v1']);
  await world.close();
});

test('dynos that died while no server ran are started again', LIMIT, async () => {
  const world = await createServingWorld(WEB, { web: 2 });
  world.reconciler.close();
  const [first, second] = await world.running();
  assert.ok(first && second);
  world.engine.kill(first.dyno, 137);
  world.engine.remove(second.dyno);
  await world.restartServer();
  await world.idle();
  assert.deepEqual(world.states(), ['web.1 up v1', 'web.2 up v1']);
  await world.close();
});

test('dynos of a release that nobody knows are stopped', LIMIT, async () => {
  const world = await createServingWorld(WEB, { web: 1 });
  await startStray(world, world.app.id);
  await world.idle();
  assert.deepEqual(await world.names(), ['web.1@v1']);
  await world.close();
});

test('dynos of an app that is no more are stopped at the start, one-offs too', LIMIT, async () => {
  const world = await createServingWorld(WEB, { web: 1 });
  const gone = createId<AppId>();
  await startStray(world, gone);
  await startStray(world, gone, 'one-off');
  await world.restartServer();
  await world.reconciler.idle(gone);
  assert.deepEqual(await world.names(), ['web.1@v1']);
  await world.close();
});

test('the dynos of a destroyed app go when it is forgotten', LIMIT, async () => {
  const world = await createServingWorld(BOTH, { web: 1, worker: 1 });
  world.wish = null;
  await world.reconciler.forget(world.app.id);
  assert.deepEqual(await world.engine.list(), []);
  assert.deepEqual(world.reconciler.status(world.app.id), []);
  await world.close();
});

test('a one-off is shown and left alone', LIMIT, async () => {
  const world = await createServingWorld(WEB, { web: 1 });
  await startStray(world, world.app.id, 'one-off');
  await world.idle();
  assert.deepEqual(world.states(), ['web.1 up v1', 'web.9 up v9']);
  await world.close();
});

test('a closed reconciler leaves every dyno as it is', LIMIT, async () => {
  const world = await createServingWorld(BOTH, { web: 1, worker: 1 });
  world.reconciler.close();
  world.scale({ web: 0, worker: 0 });
  await Promise.resolve();
  assert.deepEqual(await world.names(), ['web.1@v1', 'worker.1@v1']);
  await world.close();
});

async function startStray(
  world: Awaited<ReturnType<typeof createServingWorld>>,
  app: AppId,
  role: 'formation' | 'one-off' = 'formation',
): Promise<void> {
  const labels = { app, release: createId<never>(), version: 9, type: 'web', index: 9 };
  const rest = { dyno: createId<never>(), role, size: 'standard-1x', env: {} } as const;
  await world.engine.start({ ...labels, ...rest, command: 'listen', slug: 'a'.repeat(64) });
}
