import assert from 'node:assert/strict';
import { test } from 'node:test';
import { anApp, emptyStore } from './fixtures.ts';

test('buildpacks keep the order they were set in, the same one twice included', (t) => {
  const store = emptyStore(t);
  const [app, other] = [anApp(store), anApp(store)];
  const urls = [
    'heroku/python',
    'https://example.com/apt.git#v2',
    'heroku/nodejs',
    'heroku/python',
  ];
  store.buildpacks.set(app.id, urls);
  assert.deepEqual(store.buildpacks.list(app.id), urls);
  assert.deepEqual(store.buildpacks.list(other.id), []);
});

test('a new list replaces the old one', (t) => {
  const store = emptyStore(t);
  const app = anApp(store);
  store.buildpacks.set(app.id, ['heroku/python', 'heroku/nodejs']);
  store.buildpacks.set(app.id, ['static']);
  assert.deepEqual(store.buildpacks.list(app.id), ['static']);
  store.buildpacks.set(app.id, []);
  assert.deepEqual(store.buildpacks.list(app.id), []);
});
