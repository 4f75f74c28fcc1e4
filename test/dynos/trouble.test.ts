import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PlatformError } from '../../server/domain/errors.ts';
import { createId, type AppId } from '../../server/domain/ids.ts';
import { aFormation, anApp, aRelease } from './wishes.ts';
import { createServingWorld, createWorld } from './world.ts';

const LIMIT = { timeout: 10_000 };
const WEB = { web: 'listen' };

test('an engine that is away for a while fails no release', LIMIT, async () => {
  const world = await createServingWorld(WEB, { web: 1 });
  world.break('start', new PlatformError('unavailable', 'The engine is away.'));
  const { release } = world.deploy(WEB);
  await world.until(() => world.warnings.length > 0);
  assert.equal(world.outcomes.has(release.id), false);
  world.mend();
  world.clock.advance(1);
  await world.idle();
  assert.equal(world.outcomes.get(release.id), 'succeeded');
  await world.close();
});

test(
  'an engine that can not list is asked again, and nothing is stopped meanwhile',
  LIMIT,
  async () => {
    const world = await createServingWorld(WEB, { web: 1 });
    const before = await world.running();
    world.break('list', new PlatformError('unavailable', 'The engine is away.'));
    world.reconciler.lookAgain(world.app.id);
    await world.until(() => world.warnings.length > 0);
    world.mend();
    world.clock.advance(1);
    await world.idle();
    assert.deepEqual(await world.running(), before);
    await world.close();
  },
);

test('a stop that fails is tried again', LIMIT, async () => {
  const world = await createServingWorld(WEB, { web: 1 });
  world.break('stop', new Error('engine fault'));
  world.scale({ web: 0 });
  await world.until(() => world.warnings.length > 0);
  world.mend();
  world.clock.advance(1);
  await world.idle();
  assert.deepEqual(await world.names(), []);
  await world.close();
});

test('a router that refuses a table gets it again, and no dyno stops before', LIMIT, async () => {
  const world = await createServingWorld(WEB, { web: 1 });
  world.break('route', new Error('router fault'));
  const { release } = world.deploy(WEB);
  await world.until(() => world.warnings.length > 0);
  assert.deepEqual(await world.names(), ['web.1@v1', 'web.1@v2']);
  world.mend();
  world.clock.advance(1);
  await world.idle();
  assert.equal(world.outcomes.get(release.id), 'succeeded');
  assert.deepEqual(await world.names(), ['web.1@v2']);
  await world.close();
});

test('an outcome that could not be written is written at the next look', LIMIT, async () => {
  const world = await createServingWorld(WEB, { web: 1 });
  world.break('settle', new Error('disk full'));
  const { release } = world.deploy(WEB);
  await world.until(() => world.warnings.length > 0);
  world.mend();
  world.clock.advance(1);
  await world.idle();
  assert.equal(world.outcomes.get(release.id), 'succeeded');
  await world.close();
});

test('a bug in starting fails the release instead of hanging it', LIMIT, async () => {
  const world = await createServingWorld(WEB, { web: 1 });
  world.break('start', new Error('a bug'));
  const { release } = world.deploy(WEB);
  await world.idle();
  assert.equal(
    world.outcomes.get(release.id),
    'web.1 could not be started: something went wrong inside the platform.',
  );
  assert.ok(world.warnings.length > 0);
  await world.close();
});

test('trouble of one app is not trouble of another', LIMIT, async () => {
  const app = anApp();
  const sick = createId<AppId>();
  const current = aRelease(app, 1, WEB);
  const world = createWorld({
    overrides: {
      apps: () => [sick, app.id],
      wanted(id) {
        if (id === sick) throw new Error('its rows can not be read');
        return { app, formation: aFormation({ web: 1 }), current, candidate: null };
      },
    },
  });
  await world.reconciler.start();
  await world.reconciler.idle(app.id);
  assert.deepEqual(await world.names(), ['web.1@v1']);
  assert.match(world.warnings[0] ?? '', new RegExp(`${sick}.*its rows can not be read`));
  await world.close();
});
