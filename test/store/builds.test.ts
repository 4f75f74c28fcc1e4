import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { test } from 'node:test';
import type { BuildId } from '../../server/domain/ids.ts';
import type { BuildOutcome } from '../../server/store/builds.ts';
import { aBuild, anApp, aSlug, emptyStore, newRelease, START, stoppedClock } from './fixtures.ts';

const failed: BuildOutcome = { status: 'failed', failure: 'npm install failed.' };

test('a build is pending, with all that is needed to run it', (t) => {
  const store = emptyStore(t);
  const app = anApp(store);
  const submodules = [
    { path: 'vendor/x', url: 'https://example.com/x.git', commit: 'a'.repeat(40) },
  ];
  const asked = {
    appId: app.id,
    accountId: app.ownerId,
    sourceVersion: 'de63889',
    sourceDescription: 'Add a page',
  };
  const build = store.builds.create({ ...asked, sourceId: 'source-1', submodules });
  assert.deepEqual(build, {
    ...asked,
    id: build.id,
    status: 'pending',
    startedAt: null,
    finishedAt: null,
    failure: null,
    slugId: null,
    releaseId: null,
    createdAt: START,
  });
  assert.deepEqual(store.builds.find(build.id), build);
  assert.equal(store.builds.sourceId(build.id), 'source-1');
  assert.deepEqual(store.builds.submodules(build.id), submodules);
});

test('a build is started once', (t) => {
  const clock = stoppedClock();
  const store = emptyStore(t, clock.now);
  const { id } = aBuild(store, anApp(store));
  clock.forward(1000);
  assert.equal(store.builds.start(id), true);
  clock.forward(1000);
  assert.equal(store.builds.start(id), false);
  const { status, startedAt } = store.builds.find(id) ?? {};
  assert.deepEqual([status, startedAt], ['pending', new Date(START.getTime() + 1000)]);
});

test('a build that was finished before it began is never started', (t) => {
  const store = emptyStore(t);
  const { id } = aBuild(store, anApp(store));
  store.builds.finish(id, failed);
  assert.equal(store.builds.start(id), false);
});

test('a failed build tells why', (t) => {
  const store = emptyStore(t);
  const { id } = aBuild(store, anApp(store));
  store.builds.start(id);
  assert.equal(store.builds.finish(id, failed), true);
  const { status, failure, finishedAt, slugId } = store.builds.find(id) ?? {};
  assert.deepEqual(
    [status, failure, finishedAt, slugId],
    ['failed', 'npm install failed.', START, null],
  );
});

test('a build that succeeded tells its slug and its release', (t) => {
  const store = emptyStore(t);
  const app = anApp(store);
  const build = aBuild(store, app);
  const slug = aSlug(store, app);
  const release = store.ledger.append(newRelease(app, { buildId: build.id, slugId: slug.id }));
  const outcome = { status: 'succeeded', slugId: slug.id, releaseId: release.id } as const;
  store.builds.finish(build.id, outcome);
  const { status, failure, slugId, releaseId } = store.builds.find(build.id) ?? {};
  assert.deepEqual({ status, slugId, releaseId, failure }, { ...outcome, failure: null });
});

test('the first outcome stays', (t) => {
  const store = emptyStore(t);
  const { id } = aBuild(store, anApp(store));
  store.builds.finish(id, failed);
  const before = store.builds.find(id);
  assert.equal(store.builds.finish(id, { status: 'failed', failure: 'cancelled' }), false);
  assert.deepEqual(store.builds.find(id), before);
});

test('pending builds are listed oldest first, started or not; all builds newest first', (t) => {
  const store = emptyStore(t);
  const app = anApp(store);
  const [done, started, waiting] = [aBuild(store, app), aBuild(store, app), aBuild(store, app)];
  store.builds.finish(done.id, failed);
  store.builds.start(started.id);
  const ids = (builds: readonly { id: BuildId }[]): BuildId[] => builds.map(({ id }) => id);
  assert.deepEqual(ids(store.builds.pending(app.id)), [started.id, waiting.id]);
  assert.deepEqual(ids(store.builds.list(app.id)), [waiting.id, started.id, done.id]);
});

test('apps with pending builds are named once', (t) => {
  const store = emptyStore(t);
  const [busy, done, idle] = [anApp(store), anApp(store), anApp(store)];
  aBuild(store, busy);
  aBuild(store, busy);
  store.builds.finish(aBuild(store, done).id, failed);
  assert.deepEqual(store.builds.appsWithPending(), [busy.id]);
  assert.deepEqual(store.builds.list(idle.id), []);
});

test('a build that does not exist is not found', (t) => {
  const { builds } = emptyStore(t);
  const unknown = randomUUID() as string as BuildId;
  assert.equal(builds.find(unknown), undefined);
  assert.throws(() => builds.sourceId(unknown), { id: 'not_found' });
  assert.throws(() => builds.submodules(unknown), { id: 'not_found' });
  assert.deepEqual([builds.start(unknown), builds.finish(unknown, failed)], [false, false]);
});
