import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Formation } from '../../server/domain/formation.ts';
import { anApp, emptyStore } from './fixtures.ts';

test('an app that was never deployed has an empty formation', (t) => {
  const store = emptyStore(t);
  assert.deepEqual(store.formations.read(anApp(store).id), {});
});

test('a formation is read as it was written, in its order and whatever its types are called', (t) => {
  const store = emptyStore(t);
  const app = anApp(store);
  const formation: Formation = {
    web: { quantity: 2, size: 'standard-1x' },
    ['constructor' as string]: { quantity: 0, size: 'basic' },
    clock: { quantity: 1, size: 'performance-m' },
  };
  store.formations.write(app.id, formation);
  const read = store.formations.read(app.id);
  assert.deepEqual(Object.entries(read), Object.entries(formation));
});

test('a formation replaces the one before, of its app alone', (t) => {
  const store = emptyStore(t);
  const [app, other] = [anApp(store), anApp(store)];
  const one: Formation = { web: { quantity: 1, size: 'basic' } };
  for (const { id } of [app, other]) store.formations.write(id, one);
  store.formations.write(app.id, { worker: { quantity: 3, size: 'basic' } });
  assert.deepEqual(Object.keys(store.formations.read(app.id)), ['worker']);
  assert.deepEqual(store.formations.read(other.id), one);
});

test('a formation that can not be stored leaves the one before', (t) => {
  const store = emptyStore(t);
  const app = anApp(store);
  const good: Formation = { web: { quantity: 1, size: 'basic' } };
  store.formations.write(app.id, good);
  assert.throws(() => {
    store.formations.write(app.id, { ...good, worker: { quantity: -1, size: 'basic' } });
  });
  assert.deepEqual(store.formations.read(app.id), good);
});
