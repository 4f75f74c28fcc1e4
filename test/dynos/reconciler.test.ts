import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createServingWorld, createWorld } from './world.ts';

const LIMIT = { timeout: 10_000 };

test('the formation of the current release is started', LIMIT, async () => {
  const world = await createServingWorld({ web: 'listen', worker: 'wait' }, { web: 2, worker: 1 });
  assert.deepEqual(await world.names(), ['web.1@v1', 'web.2@v1', 'worker.1@v1']);
  assert.deepEqual(world.routed(), ['web.1@v1', 'web.2@v1']);
  await world.close();
});

test(
  'scaling down stops the highest numbers, after they are out of the routes',
  LIMIT,
  async () => {
    const world = await createServingWorld({ web: 'listen' }, { web: 3 });
    world.scale({ web: 1 });
    await world.idle();
    assert.deepEqual(await world.names(), ['web.1@v1']);
    assert.deepEqual(world.story, ['route web.1@v1', 'stop web.2@v1', 'stop web.3@v1']);
    await world.close();
  },
);

test('a first release that comes up becomes current', LIMIT, async () => {
  const world = createWorld();
  await world.reconciler.start();
  world.scale({ web: 1 });
  const release = world.deploy({ web: 'listen' });
  await world.idle();
  assert.equal(world.outcomes.get(release.release.id), 'succeeded');
  assert.deepEqual(await world.names(), ['web.1@v1']);
  assert.deepEqual(world.story.slice(-3), ['start web.1@v1', 'route web.1@v1', 'v1 succeeded']);
  await world.close();
});
