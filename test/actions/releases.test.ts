import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Actor } from '../../server/domain/account.ts';
import type { App } from '../../server/domain/app.ts';
import { createWorld, type World } from './world.ts';

async function anApp(): Promise<{ world: World; ada: Actor; app: App }> {
  const world = createWorld();
  const ada = world.person('ada@example.com');
  const app = await world.apps.create(ada, { name: 'haiku' });
  return { world, ada, app };
}

function deploySucceeds(world: World, app: App, ada: Actor): number {
  const { release } = world.deploy(app, ada.account);
  world.releases.settle(release.id, { status: 'succeeded' });
  return release.version;
}

test('a config var set before the first deploy makes a release that has nothing to run', async () => {
  const { world, ada, app } = await anApp();
  const { release } = world.configVars.change(ada, 'haiku', { FOO: 'bar' });
  assert.equal(release?.version, 1);
  assert.equal(release.status, 'succeeded');
  assert.equal(release.description, 'Set FOO config vars');
  assert.equal(deploySucceeds(world, app, ada), 2);
  assert.deepEqual(world.configVars.read(ada, 'haiku'), { FOO: 'bar' });
});

test('a change that changes nothing makes no release', async () => {
  const { world, ada } = await anApp();
  world.configVars.change(ada, 'haiku', { FOO: 'bar' });
  assert.equal(world.configVars.change(ada, 'haiku', { FOO: 'bar', GONE: null }).release, null);
  assert.equal(world.releases.list(ada, 'haiku').length, 1);
});

test('several names in one call make one release, which says which', async () => {
  const { world, ada } = await anApp();
  const { release } = world.configVars.change(ada, 'haiku', { B: '2', A: '1' });
  assert.equal(release?.description, 'Set B, A config vars');
  const removal = world.configVars.change(ada, 'haiku', { B: null, C: '3' });
  assert.equal(removal.release?.description, 'Set C and remove B config vars');
  assert.deepEqual(world.configVars.read(ada, 'haiku'), { A: '1', C: '3' });
});

test('a failed first deploy is mended by a config var alone', async () => {
  const { world, ada, app } = await anApp();
  const { release, slug } = world.deploy(app, ada.account);
  world.releases.settle(release.id, { status: 'failed', failure: 'web.1 exited with status 1' });
  assert.equal(world.store.ledger.current(app.id), undefined);
  const mended = world.configVars.change(ada, 'haiku', { NEEDED: 'yes' }).release;
  assert.equal(mended?.slugId, slug.id);
  assert.equal(mended.status, 'pending');
});

test('what people set is kept when the release that brought it fails', async () => {
  const { world, ada, app } = await anApp();
  deploySucceeds(world, app, ada);
  const first = world.configVars.change(ada, 'haiku', { A: 'bad' }).release;
  assert.ok(first);
  world.releases.settle(first.id, { status: 'failed', failure: 'it crashed' });
  world.configVars.change(ada, 'haiku', { B: 'good' });
  assert.deepEqual(world.configVars.read(ada, 'haiku'), { A: 'bad', B: 'good' });
});

test('rollback makes a new release of old code and old config vars, and cancels what is on its way', async () => {
  const { world, ada, app } = await anApp();
  deploySucceeds(world, app, ada);
  const changed = world.configVars.change(ada, 'haiku', { A: '1' }).release;
  assert.ok(changed);
  world.releases.settle(changed.id, { status: 'succeeded' });
  const under = world.deploy(app, ada.account).release;
  const back = world.releases.rollback(ada, 'haiku', 1);
  assert.equal(back.version, 4);
  assert.equal(back.description, 'Rollback to v1');
  assert.equal(back.slugId, world.store.ledger.find(app.id, 1)?.slugId);
  assert.deepEqual(world.configVars.read(ada, 'haiku'), {});
  const cancelled = world.store.ledger.get(under.id);
  assert.equal(cancelled?.failure, 'Cancelled by a rollback to v1.');
});

test('rollback without a version goes to the last good release before the current one', async () => {
  const { world, ada, app } = await anApp();
  assert.throws(
    () => world.releases.rollback(ada, 'haiku'),
    /haiku has no earlier release to roll back to/,
  );
  deploySucceeds(world, app, ada);
  const bad = world.deploy(app, ada.account).release;
  world.releases.settle(bad.id, { status: 'failed', failure: 'no' });
  deploySucceeds(world, app, ada);
  assert.equal(world.releases.rollback(ada, 'haiku').description, 'Rollback to v1');
});

test('a release that failed, has no slug or does not exist is no target for a rollback', async () => {
  const { world, ada, app } = await anApp();
  world.configVars.change(ada, 'haiku', { A: '1' });
  const bad = world.deploy(app, ada.account).release;
  world.releases.settle(bad.id, { status: 'failed', failure: 'no' });
  assert.throws(() => world.releases.rollback(ada, 'haiku', 1), /v1 has no slug/);
  assert.throws(() => world.releases.rollback(ada, 'haiku', 2), /v2 is failed/);
  assert.throws(() => world.releases.rollback(ada, 'haiku', 9), { id: 'not_found' });
});

test('an outcome is written once, and told once', async () => {
  const { world, ada, app } = await anApp();
  const { release } = world.deploy(app, ada.account);
  world.releases.settle(release.id, { status: 'failed', failure: 'first' });
  world.releases.settle(release.id, { status: 'succeeded' });
  const told = world.settled.map(({ status, failure }) => [status, failure]);
  assert.deepEqual(told, [['failed', 'first']]);
});

test('whoever waits for a release is told when its outcome is written', async () => {
  const { world, ada, app } = await anApp();
  const { release } = world.deploy(app, ada.account);
  const waiting = world.releases.whenSettled(release.id);
  const given = new AbortController();
  const leaving = world.releases.whenSettled(release.id, given.signal);
  given.abort();
  await assert.rejects(leaving, { id: 'unavailable' });
  world.releases.settle(release.id, { status: 'succeeded' });
  assert.equal((await waiting).status, 'succeeded');
});

test("a first deploy starts one web dyno, and a later one leaves people's scale alone", async () => {
  const { world, ada, app } = await anApp();
  world.deploy(app, ada.account, { web: 'serve', worker: 'work', release: 'migrate' });
  assert.deepEqual(world.formation.read(ada, 'haiku'), {
    web: { quantity: 1, size: 'standard-1x' },
    worker: { quantity: 0, size: 'standard-1x' },
  });
  world.formation.scale(ada, 'haiku', [{ type: 'web', quantity: { by: 2 } }]);
  world.deploy(app, ada.account, { web: 'serve' });
  assert.deepEqual(world.formation.read(ada, 'haiku'), {
    web: { quantity: 3, size: 'standard-1x' },
  });
  assert.ok(world.said.includes('Scaled to web@3:Standard-1X by user ada@example.com'));
});
