import assert from 'node:assert/strict';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { test, type TestContext } from 'node:test';
import { createBuildRuns } from '../../server/actions/build-runs.ts';
import { createBuilds } from '../../server/actions/builds.ts';
import { createReleaseReport } from '../../server/actions/release-report.ts';
import type { Builder, BuildTask } from '../../server/build/builder.ts';
import { createBuildOutputs } from '../../server/build/outputs.ts';
import { createSourceFiles } from '../../server/build/source-files.ts';
import type { Build } from '../../server/domain/build.ts';
import type { AppId } from '../../server/domain/ids.ts';
import { createWorld } from './world.ts';

/** An app of Ada's whose builds are asked for and run over real files; `builder` decides how a build goes. */
async function aWorkshop(t: TestContext, run: Builder['run'] = neverAsked) {
  const world = createWorld();
  const dir = await mkdtemp(join(tmpdir(), 'monoku-builds-'));
  t.after(() => rm(dir, { recursive: true, force: true }));
  const sources = createSourceFiles({ dir: join(dir, 'sources'), limit: 1000 });
  const outputs = createBuildOutputs({ dir: join(dir, 'outputs'), limit: 10_000 });
  const cancelled: AppId[] = [];
  const base = { ...world, sources, outputs };
  const builds = createBuilds({
    ...base,
    enqueue: () => Promise.resolve(),
    cancelRunning: (app) => Promise.resolve(void cancelled.push(app)),
  });
  const rest = { sweep: nothing, forget: nothing, idle: nothing };
  const report = createReleaseReport({ ...base, url: () => 'http://haiku.test/' });
  const builder = { run, ...rest };
  const runs = createBuildRuns({ ...base, report, builder, stack: 'debian-13' });
  const ada = world.person('ada@example.com');
  const app = await world.apps.create(ada, { name: 'haiku' });
  return {
    ...{ ...base, builds, runs, report, ada, app, cancelled },
    ask: (): Promise<Build> =>
      builds.create(ada, 'haiku', {
        source: Readable.from([Buffer.from('a tar')]),
        sourceVersion: 'c'.repeat(40),
        sourceDescription: 'A frog jumps in',
        submodules: [],
      }),
    kept: async (): Promise<readonly string[]> => readdir(join(dir, 'sources')),
    told: async ({ id }: Build): Promise<string> => (await outputs.read(id)).toString(),
    found: ({ id }: Build): Build | undefined => world.store.builds.find(id),
  };
}

const nothing = (): Promise<void> => Promise.resolve();

function neverAsked(task: BuildTask): never {
  throw new Error(`build ${task.id} was not to be run`);
}

test('a cancelled build says by whom, and leaves no source when it had not begun', async (t) => {
  const shop = await aWorkshop(t);
  const build = await shop.ask();
  await shop.builds.cancel(shop.ada, 'haiku');
  assert.equal(shop.found(build)?.failure, 'Build cancelled by ada@example.com.');
  assert.equal(await shop.told(build), '\n !     Build cancelled by ada@example.com.\n');
  assert.ok(shop.outputs.ended(build.id));
  assert.deepEqual(await shop.kept(), []);
  assert.deepEqual(shop.cancelled, []);
  await shop.runs.run(shop.app.id, new AbortController().signal);
});

test('a cancelled build that runs is stopped, and its source stays until it has', async (t) => {
  const shop = await aWorkshop(t);
  const build = await shop.ask();
  shop.store.builds.start(build.id);
  await shop.builds.cancel(shop.ada, 'haiku');
  assert.deepEqual(shop.cancelled, [shop.app.id]);
  assert.equal((await shop.kept()).length, 1);
  await assert.rejects(shop.builds.cancel(shop.ada, 'haiku'), /has ended: it failed/);
});

test('a build that the platform cannot run fails without blame, and leaves no source', async (t) => {
  const shop = await aWorkshop(t, () => Promise.reject(new Error('no engine')));
  const build = await shop.ask();
  await assert.rejects(shop.runs.run(shop.app.id, new AbortController().signal), /no engine/);
  assert.match(shop.found(build)?.failure ?? '', /not your fault/);
  assert.deepEqual(await shop.kept(), []);
});

test('with its app, builds and releases under way end, and say why', async (t) => {
  const shop = await aWorkshop(t);
  const [running, waiting] = [await shop.ask(), await shop.ask()];
  shop.store.builds.start(running.id);
  const { release } = shop.deploy(shop.app, shop.ada.account);
  shop.store.apps.destroy(shop.app.id);
  await shop.builds.callOff(shop.app.id);
  shop.releases.callOff(shop.app.id);
  for (const build of [running, waiting]) {
    assert.equal(shop.found(build)?.failure, 'The app was destroyed.');
    assert.match(await shop.told(build), /!     The app was destroyed\./);
    assert.ok(shop.outputs.ended(build.id));
  }
  assert.deepEqual(shop.cancelled, [shop.app.id]);
  assert.equal(shop.store.ledger.get(release.id)?.failure, 'The app was destroyed.');
  assert.deepEqual(
    shop.settled.map(({ id }) => id),
    [release.id],
  );
});

test('who follows a release of a destroyed app reads that it failed, and no address', async (t) => {
  const shop = await aWorkshop(t);
  const build = await shop.ask();
  const { release } = shop.deploy(shop.app, shop.ada.account);
  shop.store.apps.destroy(shop.app.id);
  shop.report.settled({ ...release, buildId: build.id, status: 'failed', failure: 'Gone.' });
  assert.equal(await shop.told(build), ' !     Release v1 failed: Gone.\n');
  assert.ok(shop.outputs.ended(build.id));
});

test('a build whose app was destroyed before it began is not run', async (t) => {
  const shop = await aWorkshop(t);
  const build = await shop.ask();
  shop.store.apps.destroy(shop.app.id);
  await shop.runs.run(shop.app.id, new AbortController().signal);
  assert.equal(shop.found(build)?.failure, 'The app was destroyed.');
  assert.deepEqual(await shop.kept(), []);
});

test('after a restart, builds that had begun fail, and only sources still to be built are kept', async (t) => {
  const shop = await aWorkshop(t);
  const [begun, waiting] = [await shop.ask(), await shop.ask()];
  shop.store.builds.start(begun.id);
  const orphan = await shop.sources.write(Readable.from([Buffer.from('of no build')]));
  await shop.runs.recover();
  assert.match(shop.found(begun)?.failure ?? '', /restarted during the build/);
  assert.equal(shop.found(waiting)?.status, 'pending');
  assert.deepEqual(await shop.kept(), [`${shop.store.builds.sourceId(waiting.id)}.tar`]);
  assert.notEqual(orphan.id, shop.store.builds.sourceId(waiting.id));
});
