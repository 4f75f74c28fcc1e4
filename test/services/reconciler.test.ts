import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { dynoName } from '../../server/domain/dyno.ts';
import type { ProcessTypes } from '../../server/domain/procfile.ts';
import { HEROKU_CRASH_DELAYS } from '../../server/dynos/back-off.ts';
import { systemClock } from '../../server/dynos/clock.ts';
import { containerName } from '../../server/dynos/engines/docker/dyno-container.ts';
import { accepts } from '../../server/dynos/probe.ts';
import { createReconciler, type Reconciler } from '../../server/dynos/reconciler.ts';
import type { WantedApp } from '../../server/dynos/wanted.ts';
import { aFormation, anApp, aRelease } from '../dynos/wishes.ts';
import { engineFixture } from '../support/docker-engine.ts';

const LISTEN = `use IO::Socket::INET;
my $server = IO::Socket::INET->new(LocalPort => $ENV{PORT}, Listen => 16) or die;
$| = 1; print "listening\\n";
while (my $client = $server->accept) { close $client }`;
const TYPES = { web: 'exec perl listen.pl', worker: 'echo working; exec sleep 1000' };

const fixture = await engineFixture();
after(() => fixture.close());
const slug = fixture.slugs.add({ 'listen.pl': LISTEN });

test('an afternoon in real containers', { timeout: 180_000 }, async (context) => {
  const place = createPlace();
  let reconciler = place.open();
  context.after(() => {
    reconciler.close();
  });
  await reconciler.start();

  await place.deploy(TYPES, reconciler);
  assert.deepEqual(await place.names(), ['web.1@v1', 'worker.1@v1']);

  await place.deploy(TYPES, reconciler);
  assert.deepEqual(await place.names(), ['web.1@v2', 'worker.1@v2']);
  const [endpoint] = reconciler.routed(place.app.id);
  assert.ok(endpoint && (await accepts(endpoint)));

  await place.deploy({ ...TYPES, web: 'echo no database; exit 3' }, reconciler);
  assert.match(place.outcomes.at(-1) ?? '', /^web\.1 .*exited with status 3/);
  assert.deepEqual(place.progress, ['The last lines that web.1 wrote:', 'no database']);
  assert.deepEqual(await place.names(), ['web.1@v2', 'worker.1@v2']);

  const said = place.lines.length;
  reconciler.close();
  reconciler = place.open();
  await reconciler.start();
  await reconciler.idle(place.app.id);
  assert.deepEqual(await place.names(), ['web.1@v2', 'worker.1@v2']);
  assert.deepEqual(place.lines.slice(said), []);

  for (const { dyno } of await fixture.engine.list()) {
    await fixture.docker.containers.remove(containerName(dyno));
  }
  await reconciler.idle(place.app.id);
  assert.deepEqual(await place.names(), ['web.1@v2', 'worker.1@v2']);

  place.wish = null;
  await reconciler.forget(place.app.id);
  assert.deepEqual(await place.names(), []);
  assert.deepEqual(place.warnings, []);
  assert.equal(place.lines.filter((line) => line === 'app[worker.1]: working').length, 3);
});

/** One app on the fixture's engine. */
function createPlace() {
  const app = anApp();
  const cursors = new Map<string, string>();
  const place = {
    app,
    lines: [] as string[],
    progress: [] as string[],
    outcomes: [] as string[],
    warnings: [] as string[],
    version: 0,
    wish: {
      app,
      formation: aFormation({ web: 1, worker: 1 }),
      current: null,
      candidate: null,
    } as WantedApp | null,
    async names(): Promise<readonly string[]> {
      return (await fixture.engine.list())
        .filter(({ exit }) => !exit)
        .map((dyno) => `${dynoName(dyno)}@v${String(dyno.version)}`)
        .sort();
    },
    async deploy(types: ProcessTypes, reconciler: Reconciler): Promise<void> {
      place.version += 1;
      const made = aRelease(app, place.version, types);
      assert.ok(place.wish);
      place.wish = { ...place.wish, candidate: { ...made, slug: { ...made.slug, sha256: slug } } };
      await reconciler.idle(app.id);
    },
    open: (): Reconciler =>
      createReconciler({
        engine: fixture.reopen(),
        clock: systemClock,
        timing: {
          bootTimeout: 30,
          stopTimeout: 5,
          settleSeconds: 1,
          crashDelays: HEROKU_CRASH_DELAYS,
          steadySeconds: 60,
        },
        startsAtOnce: 2,
        cursors: {
          read: (dyno) => cursors.get(dyno) ?? null,
          write: (dyno, cursor) => cursors.set(dyno, cursor),
          forget: (dyno) => cursors.delete(dyno),
        },
        apps: () => [app.id],
        wanted: (id) => (id === app.id ? place.wish : null),
        launch: () => ({ env: {} }),
        settle(_release, outcome) {
          assert.ok(place.wish);
          const current =
            outcome.status === 'succeeded' ? place.wish.candidate : place.wish.current;
          place.wish = { ...place.wish, current, candidate: null };
          place.outcomes.push(outcome.status === 'failed' ? outcome.failure : outcome.status);
        },
        progress: (_release, line) => place.progress.push(line),
        route: () => Promise.resolve(),
        log: ({ source, dyno, text }) => place.lines.push(`${source}[${dyno}]: ${text}`),
        warn: (error, message) => place.warnings.push(`${message} ${String(error)}`),
      }),
  };
  return place;
}
