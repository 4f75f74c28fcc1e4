import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { test } from 'node:test';
import { createStore } from '../../server/store/store.ts';
import {
  aBuild,
  anAccount,
  anApp,
  appendSucceeded,
  aSlug,
  emptyStore,
  freshFile,
  newRelease,
  stoppedClock,
} from './fixtures.ts';

test('all that was stored is there when the store is opened again', (t) => {
  const [file, masterKey] = [freshFile(t), randomBytes(32)];
  const options = { file, masterKey, now: stoppedClock().now };
  const before = createStore(options);
  const app = anApp(before);
  const [build, slug, release] = [
    aBuild(before, app),
    aSlug(before, app),
    appendSucceeded(before, app),
  ];
  before.close();
  const after = createStore(options);
  t.after(() => {
    after.close();
  });
  assert.deepEqual(after.apps.findByName(app.name), app);
  assert.deepEqual(after.builds.find(build.id), build);
  assert.deepEqual(after.slugs.find(slug.id), slug);
  assert.equal(after.ledger.current(app.id)?.id, release.id);
  assert.deepEqual(after.ledger.config(release.id), { FOO: 'bar' });
});

test("a build's outcome and its release are stored together or not at all", (t) => {
  const store = emptyStore(t);
  const app = anApp(store);
  const build = aBuild(store, app);
  assert.throws(() =>
    store.transaction(() => {
      const slug = aSlug(store, app);
      const { id } = store.ledger.append(newRelease(app, { slugId: slug.id, buildId: build.id }));
      store.builds.finish(build.id, { status: 'succeeded', slugId: slug.id, releaseId: id });
      throw new Error('killed here');
    }),
  );
  assert.equal(store.builds.find(build.id)?.status, 'pending');
  assert.deepEqual(store.slugs.list(app.id), []);
  assert.deepEqual(store.ledger.list(app.id), []);
});

test('a refusal within a transaction reaches the caller as it was thrown', (t) => {
  const store = emptyStore(t);
  const { name, ownerId } = anApp(store);
  assert.throws(() => store.transaction(() => store.apps.create({ name, ownerId })), {
    id: 'invalid_params',
  });
});

test('two stores in memory know nothing of each other', (t) => {
  const [one, other] = [emptyStore(t), emptyStore(t)];
  const { id } = anAccount(one);
  assert.equal(other.accounts.find(id), undefined);
});

test('rows that point to nothing are refused', (t) => {
  const [store, other] = [emptyStore(t), emptyStore(t)];
  const stranger = anAccount(other);
  assert.throws(() => store.apps.create({ name: 'orphan', ownerId: stranger.id }), /FOREIGN KEY/);
  assert.deepEqual(store.apps.list(), []);
});
