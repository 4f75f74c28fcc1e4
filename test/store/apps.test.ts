import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { test } from 'node:test';
import type { AppId } from '../../server/domain/ids.ts';
import { aBuild, anAccount, anApp, emptyStore, START, stoppedClock } from './fixtures.ts';

test('an app is found by id and by name, and listed by name', (t) => {
  const store = emptyStore(t);
  const owner = anAccount(store);
  const tidy = store.apps.create({ name: 'tidy', ownerId: owner.id });
  const calm = store.apps.create({ name: 'calm', ownerId: owner.id });
  assert.deepEqual(tidy, {
    id: tidy.id,
    name: 'tidy',
    ownerId: owner.id,
    maintenance: false,
    createdAt: START,
    updatedAt: START,
  });
  assert.deepEqual(store.apps.find(tidy.id), tidy);
  assert.deepEqual(store.apps.findByName('calm'), calm);
  assert.deepEqual(store.apps.list(), [calm, tidy]);
});

test('a name belongs to one living app', (t) => {
  const store = emptyStore(t);
  const { name, ownerId } = anApp(store);
  assert.throws(() => store.apps.create({ name, ownerId }), {
    id: 'invalid_params',
    message: `Name ${name} is already taken.`,
  });
  assert.equal(store.apps.list().length, 1);
});

test('a renamed app keeps its id and frees its old name', (t) => {
  const clock = stoppedClock();
  const store = emptyStore(t, clock.now);
  const app = anApp(store);
  clock.forward(1000);
  const renamed = store.apps.rename(app.id, 'new-name');
  assert.deepEqual(renamed, { ...app, name: 'new-name', updatedAt: clock.now() });
  assert.equal(store.apps.findByName(app.name), undefined);
  assert.ok(store.apps.create({ name: app.name, ownerId: app.ownerId }));
});

test('an app is not renamed to the name of another one, but may keep its own', (t) => {
  const store = emptyStore(t);
  const [one, other] = [anApp(store), anApp(store)];
  assert.throws(() => store.apps.rename(one.id, other.name), { id: 'invalid_params' });
  assert.equal(store.apps.find(one.id)?.name, one.name);
  assert.equal(store.apps.rename(one.id, one.name).name, one.name);
});

test('maintenance is put on and off', (t) => {
  const store = emptyStore(t);
  const { id } = anApp(store);
  assert.equal(store.apps.setMaintenance(id, true).maintenance, true);
  assert.equal(store.apps.find(id)?.maintenance, true);
  assert.equal(store.apps.setMaintenance(id, false).maintenance, false);
});

test('a destroyed app is gone from every reading', (t) => {
  const store = emptyStore(t);
  const app = anApp(store);
  store.apps.destroy(app.id);
  assert.equal(store.apps.find(app.id), undefined);
  assert.equal(store.apps.findByName(app.name), undefined);
  assert.deepEqual(store.apps.list(), []);
});

test('the name of a destroyed app is free, and its next bearer inherits nothing', (t) => {
  const store = emptyStore(t);
  const app = anApp(store);
  store.collaborators.set(app.id, anAccount(store).id, ['view']);
  store.buildpacks.set(app.id, ['heroku/nodejs']);
  store.formations.write(app.id, { web: { quantity: 2, size: 'basic' } });
  store.apps.destroy(app.id);
  const next = store.apps.create({ name: app.name, ownerId: app.ownerId });
  assert.notEqual(next.id, app.id);
  for (const { id } of [app, next]) {
    assert.deepEqual(store.collaborators.list(id), []);
    assert.deepEqual(store.buildpacks.list(id), []);
    assert.deepEqual(store.formations.read(id), {});
  }
});

test('names can be destroyed and taken again and again', (t) => {
  const store = emptyStore(t);
  const owner = anAccount(store);
  for (let round = 0; round < 3; round += 1) {
    store.apps.destroy(store.apps.create({ name: 'phoenix', ownerId: owner.id }).id);
  }
  assert.deepEqual(store.apps.list(), []);
});

test('a build that was asked for is still to be failed when its app is destroyed', (t) => {
  const store = emptyStore(t);
  const app = anApp(store);
  const build = aBuild(store, app);
  store.apps.destroy(app.id);
  assert.deepEqual(store.builds.appsWithPending(), [app.id]);
  assert.equal(store.builds.finish(build.id, { status: 'failed', failure: 'destroyed' }), true);
});

test('an app that does not exist, or no longer, can not be changed', (t) => {
  const store = emptyStore(t);
  const destroyed = anApp(store);
  store.apps.destroy(destroyed.id);
  for (const id of [destroyed.id, randomUUID() as string as AppId]) {
    assert.throws(() => store.apps.rename(id, 'other'), { id: 'not_found' });
    assert.throws(() => store.apps.setMaintenance(id, true), { id: 'not_found' });
    assert.throws(
      () => {
        store.apps.destroy(id);
      },
      { id: 'not_found' },
    );
  }
});

test('an app of a transaction that fails never was, name and key included', (t) => {
  const store = emptyStore(t);
  const owner = anAccount(store);
  assert.throws(() =>
    store.transaction(() => {
      store.apps.create({ name: 'never', ownerId: owner.id });
      throw new Error('no disk space');
    }),
  );
  assert.deepEqual(store.apps.list(), []);
  assert.ok(store.apps.create({ name: 'never', ownerId: owner.id }));
});
