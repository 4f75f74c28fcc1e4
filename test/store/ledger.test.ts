import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { test } from 'node:test';
import { PlatformError } from '../../server/domain/errors.ts';
import type { AppId, ReleaseId } from '../../server/domain/ids.ts';
import {
  aBuild,
  anApp,
  appendFailed,
  appendSucceeded,
  aSlug,
  emptyStore,
  newRelease,
  START,
  stoppedClock,
} from './fixtures.ts';

const NO_RELEASE = randomUUID() as string as ReleaseId;

test('a release tells everything it was appended with', (t) => {
  const store = emptyStore(t);
  const app = anApp(store);
  const build = aBuild(store, app);
  const slug = aSlug(store, app);
  const release = store.ledger.append(
    newRelease(app, {
      cause: 'deploy',
      description: 'Deploy de63889',
      slugId: slug.id,
      buildId: build.id,
      processTypes: { web: 'node server.js', worker: 'node worker.js' },
      formation: { web: { quantity: 2, size: 'performance-m' } },
    }),
  );
  assert.deepEqual(release, {
    id: release.id,
    appId: app.id,
    version: 1,
    cause: 'deploy',
    description: 'Deploy de63889',
    accountId: app.ownerId,
    slugId: slug.id,
    buildId: build.id,
    processTypes: { web: 'node server.js', worker: 'node worker.js' },
    formation: { web: { quantity: 2, size: 'performance-m' } },
    createdAt: START,
    status: 'pending',
    failure: null,
    settledAt: null,
  });
  assert.deepEqual(store.ledger.get(release.id), release);
  assert.deepEqual(store.ledger.find(app.id, 1), release);
});

test('versions of each app count from 1', (t) => {
  const store = emptyStore(t);
  const [one, other] = [anApp(store), anApp(store)];
  const versions = [one, one, other, one].map(
    (app) => store.ledger.append(newRelease(app)).version,
  );
  assert.deepEqual(versions, [1, 2, 1, 3]);
});

test('a release is pending until it is settled, and then tells how and when', (t) => {
  const clock = stoppedClock();
  const store = emptyStore(t, clock.now);
  const { id } = store.ledger.append(newRelease(anApp(store)));
  clock.forward(5000);
  assert.equal(store.ledger.settle(id, { status: 'failed', failure: 'R10' }), true);
  const { status, failure, settledAt } = store.ledger.get(id) ?? {};
  assert.deepEqual(
    { status, failure, settledAt },
    { status: 'failed', failure: 'R10', settledAt: new Date(START.getTime() + 5000) },
  );
});

test('a second outcome is refused and changes nothing', (t) => {
  const store = emptyStore(t);
  const { id } = appendSucceeded(store, anApp(store));
  const before = store.ledger.get(id);
  assert.equal(store.ledger.settle(id, { status: 'failed', failure: 'too late' }), false);
  assert.equal(store.ledger.settle(id, { status: 'succeeded' }), false);
  assert.deepEqual(store.ledger.get(id), before);
});

test('the newest release that succeeded is current', (t) => {
  const store = emptyStore(t);
  const app = anApp(store);
  assert.equal(store.ledger.current(app.id), undefined);
  appendSucceeded(store, app);
  appendSucceeded(store, app);
  assert.equal(store.ledger.current(app.id)?.version, 2);
});

test('a failed release is never current', (t) => {
  const store = emptyStore(t);
  const app = anApp(store);
  appendFailed(store, app);
  assert.equal(store.ledger.current(app.id), undefined);
  appendSucceeded(store, app);
  appendFailed(store, app);
  assert.equal(store.ledger.current(app.id)?.version, 2);
  assert.equal(store.ledger.newest(app.id)?.version, 3);
});

test('an older release that succeeds late does not replace a newer one', (t) => {
  const store = emptyStore(t);
  const app = anApp(store);
  const older = store.ledger.append(newRelease(app));
  appendSucceeded(store, app);
  store.ledger.settle(older.id, { status: 'succeeded' });
  assert.equal(store.ledger.current(app.id)?.version, 2);
});

test('pending releases are listed oldest first, all releases newest first', (t) => {
  const store = emptyStore(t);
  const app = anApp(store);
  store.ledger.append(newRelease(app));
  appendFailed(store, app);
  store.ledger.append(newRelease(app));
  const versions = (list: readonly { version: number }[]): number[] =>
    list.map(({ version }) => version);
  assert.deepEqual(versions(store.ledger.pending(app.id)), [1, 3]);
  assert.deepEqual(versions(store.ledger.list(app.id)), [3, 2, 1]);
});

test('config vars come back as they were, of every release its own', (t) => {
  const store = emptyStore(t);
  const app = anApp(store);
  const odd = { A: 'multi\nline "quoted" \u{1F600} =', EMPTY: '', constructor: 'x' };
  const first = store.ledger.append(newRelease(app, { config: odd }));
  const second = store.ledger.append(newRelease(app, { config: {} }));
  assert.deepEqual(store.ledger.config(first.id), odd);
  assert.deepEqual(store.ledger.config(second.id), {});
});

test('process types named like properties of every object survive', (t) => {
  const store = emptyStore(t);
  const processTypes = { constructor: 'a', toString: 'b' };
  const { id } = store.ledger.append(newRelease(anApp(store), { processTypes }));
  assert.deepEqual(store.ledger.get(id)?.processTypes, processTypes);
});

test('a destroyed app keeps its releases, but not its config vars', (t) => {
  const store = emptyStore(t);
  const app = anApp(store);
  const release = appendSucceeded(store, app);
  store.apps.destroy(app.id);
  assert.equal(store.ledger.current(app.id)?.id, release.id);
  assert.deepEqual(store.ledger.verify(app.id), { ok: true, rows: 2 });
  assert.throws(
    () => store.ledger.config(release.id),
    (error) => error instanceof PlatformError && error.id === 'gone',
  );
});

test('nothing is released to an app that is destroyed or never was', (t) => {
  const store = emptyStore(t);
  const app = anApp(store);
  store.apps.destroy(app.id);
  assert.throws(() => store.ledger.append(newRelease(app)), { id: 'gone' });
  const unknown = { ...app, id: randomUUID() as string as AppId };
  assert.throws(() => store.ledger.append(newRelease(unknown)), { id: 'gone' });
  assert.deepEqual(store.ledger.list(app.id), []);
});

test('a release that does not exist is not found', (t) => {
  const store = emptyStore(t);
  assert.equal(store.ledger.get(NO_RELEASE), undefined);
  assert.equal(store.ledger.find(anApp(store).id, 1), undefined);
  assert.throws(() => store.ledger.settle(NO_RELEASE, { status: 'succeeded' }), {
    id: 'not_found',
  });
  assert.throws(() => store.ledger.config(NO_RELEASE), { id: 'not_found' });
});

test('a release of a rolled back transaction never was: its version is given out again', (t) => {
  const store = emptyStore(t);
  const app = anApp(store);
  appendSucceeded(store, app);
  assert.throws(() =>
    store.transaction(() => {
      store.ledger.append(newRelease(app));
      throw new Error('the slug is missing');
    }),
  );
  assert.equal(store.ledger.append(newRelease(app)).version, 2);
  assert.deepEqual(store.ledger.verify(app.id), { ok: true, rows: 3 });
});

test('an app without releases verifies', (t) => {
  const store = emptyStore(t);
  assert.deepEqual(store.ledger.verify(anApp(store).id), { ok: true, rows: 0 });
});
