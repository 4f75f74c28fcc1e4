import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createServingWorld, createWorld } from './world.ts';

const LIMIT = { timeout: 10_000 };
const WEB = { web: 'listen' };
const BOTH = { web: 'listen', worker: 'print ready; wait' };

test(
  'new web dynos start beside the old ones, take over, and only then the old ones stop',
  LIMIT,
  async () => {
    const world = await createServingWorld(WEB, { web: 2 });
    const { release } = world.deploy(WEB);
    await world.idle();
    assert.equal(world.outcomes.get(release.id), 'succeeded');
    assert.deepEqual(world.story, [
      'start web.1@v2',
      'start web.2@v2',
      'route web.1@v2 web.2@v2',
      'v2 succeeded',
      'stop web.1@v1',
      'stop web.2@v1',
    ]);
    assert.deepEqual(await world.names(), ['web.1@v2', 'web.2@v2']);
    await world.close();
  },
);

test(
  'a release has succeeded when traffic has moved, not when the old dynos have gone',
  LIMIT,
  async () => {
    const world = await createServingWorld(
      { web: 'ignore SIGTERM; listen' },
      { web: 1 },
      { stopTimeout: 60 },
    );
    const { release } = world.deploy(WEB);
    await world.until(() => world.outcomes.has(release.id));
    assert.equal(world.outcomes.get(release.id), 'succeeded');
    await world.hasSaid('heroku[web.1]: Stopping all processes with SIGTERM');
    assert.deepEqual(await world.names(), ['web.1@v1', 'web.1@v2']);
    await world.close();
  },
);

test('the routes wait for every new web dyno', LIMIT, async () => {
  const world = await createServingWorld(WEB, { web: 2 });
  world.deploy({ web: 'sleep 60; listen' });
  await world.idle();
  assert.ok(world.routes.length > 0);
  assert.ok(
    world.routes.every((names) => names.length === 2 && new Set(names.map(version)).size === 1),
  );
  await world.close();
});

test('old workers stop before new ones start, and before the traffic moves', LIMIT, async () => {
  const world = await createServingWorld(BOTH, { web: 1, worker: 2 });
  world.deploy(BOTH);
  await world.hasDone('start worker.2@v2');
  world.clock.advance(3);
  await world.idle();
  const at = (deed: string): number => world.story.indexOf(deed);
  assert.ok(at('start web.1@v2') < at('stop worker.1@v1'));
  assert.ok(at('stop worker.2@v1') < at('start worker.1@v2'));
  assert.ok(at('start worker.2@v2') < at('route web.1@v2'));
  assert.ok(at('route web.1@v2') < at('stop web.1@v1'));
  assert.deepEqual(await world.names(), ['web.1@v2', 'worker.1@v2', 'worker.2@v2']);
  await world.close();
});

test('a worker that has not lived long enough holds the traffic back', LIMIT, async () => {
  const world = await createServingWorld(BOTH, { web: 1, worker: 1 });
  const { release } = world.deploy(BOTH);
  await world.hasDone('start worker.1@v2');
  world.clock.advance(2.9);
  await world.reconciler.start();
  assert.equal(world.outcomes.has(release.id), false);
  world.clock.advance(0.1);
  await world.idle();
  assert.equal(world.outcomes.get(release.id), 'succeeded');
  await world.close();
});

test('no time is spent on settling when there are only web dynos', LIMIT, async () => {
  const world = await createServingWorld(WEB, { web: 1, worker: 2 });
  const { release } = world.deploy(WEB);
  await world.idle();
  assert.equal(world.outcomes.get(release.id), 'succeeded');
  await world.close();
});

test(
  'a web dyno that exits fails the release, and the old one serves on untouched',
  LIMIT,
  async () => {
    const world = await createServingWorld(WEB, { web: 1 });
    const before = await world.dyno('web.1');
    const { release } = world.deploy({ web: 'print missing DATABASE_URL; exit 1' });
    await world.idle();
    assert.match(
      world.outcomes.get(release.id) ?? '',
      /^web\.1 \(`print missing DATABASE_URL; exit 1`\) exited with status 1 after 0 seconds, before it listened on \$PORT\.$/,
    );
    assert.deepEqual(world.progress, ['The last lines that web.1 wrote:', 'missing DATABASE_URL']);
    assert.deepEqual(
      (await world.running()).map(({ dyno }) => dyno),
      [before.dyno],
    );
    assert.deepEqual(world.routes, []);
    await world.close();
  },
);

test(
  'a web dyno that never listens fails the release with R10 after the boot timeout',
  LIMIT,
  async () => {
    const world = await createServingWorld(WEB, { web: 1 });
    const { release } = world.deploy({ web: 'print ready; wait' });
    await world.hasSaid('app[web.1]: ready');
    world.clock.advance(60);
    await world.idle();
    assert.match(
      world.outcomes.get(release.id) ?? '',
      /^web\.1 .*did not listen on \$PORT within 60 seconds of its start \(R10\): no TCP connection to 127\.\d+\.\d+\.\d+:\d+ was accepted\. Listen on 0\.0\.0\.0, at the port in \$PORT\.$/,
    );
    assert.equal(
      world.said(
        'heroku[web.1]: Error R10 (Boot timeout) -> Web process failed to bind to $PORT within 60 seconds of launch',
      ),
      1,
    );
    assert.deepEqual(await world.names(), ['web.1@v1']);
    await world.close();
  },
);

test(
  'a new worker that crashes brings the old workers back, and the traffic never moved',
  LIMIT,
  async () => {
    const world = await createServingWorld(BOTH, { web: 1, worker: 1 });
    const { release } = world.deploy({ web: 'listen', worker: 'exit 7' });
    await world.idle();
    assert.match(world.outcomes.get(release.id) ?? '', /^worker\.1 .*status 7/);
    assert.deepEqual(await world.names(), ['web.1@v1', 'worker.1@v1']);
    assert.deepEqual(world.routes, []);
    assert.deepEqual(world.routed(), ['web.1@v1']);
    await world.close();
  },
);

test('a web dyno that dies while the workers settle fails the release', LIMIT, async () => {
  const world = await createServingWorld(BOTH, { web: 1, worker: 1 });
  const { release } = world.deploy(BOTH);
  await world.hasDone('start worker.1@v2');
  const web = (await world.running()).find(({ type, version }) => type === 'web' && version === 2);
  assert.ok(web);
  world.engine.kill(web.dyno, 9);
  await world.until(() => world.outcomes.has(release.id));
  await world.idle();
  assert.match(world.outcomes.get(release.id) ?? '', /^web\.1 .*status 9/);
  assert.deepEqual(await world.names(), ['web.1@v1', 'worker.1@v1']);
  await world.close();
});

test('a dyno that used up its memory says so in the failure', LIMIT, async () => {
  const world = await createServingWorld(WEB, { web: 1 });
  const { release } = world.deploy({ web: 'exhaust memory' });
  await world.idle();
  assert.match(
    world.outcomes.get(release.id) ?? '',
    /used up the 512 MB of memory of its size and was killed \(status 137\)/,
  );
  assert.equal(world.said('heroku[web.1]: Error R15 (Memory quota vastly exceeded)'), 1);
  await world.close();
});

test('only the last twenty lines of a failed dyno are shown', LIMIT, async () => {
  const world = await createServingWorld(WEB, { web: 1 });
  const prints = Array.from({ length: 30 }, (_, at) => `print ${String(at + 1)}`);
  world.deploy({ web: [...prints, 'exit 1'].join('; ') });
  await world.idle();
  assert.equal(world.progress.length, 21);
  assert.deepEqual([world.progress[1], world.progress[20]], ['11', '30']);
  await world.close();
});

test('a damaged slug fails the release with its sentence', LIMIT, async () => {
  const world = await createServingWorld(WEB, { web: 1 });
  const next = world.deploy(WEB);
  world.wish = { ...wishOf(world), candidate: { ...next, slug: { ...next.slug, sha256: 'bad' } } };
  await world.idle();
  assert.equal(
    world.outcomes.get(next.release.id),
    'web.1 could not be started: The slug bad is missing or damaged (R17).',
  );
  assert.deepEqual(await world.names(), ['web.1@v1']);
  await world.close();
});

test(
  'a first release that crashes is failed, nothing runs, and the next may succeed',
  LIMIT,
  async () => {
    const world = createWorld();
    await world.reconciler.start();
    world.scale({ web: 1 });
    const bad = world.deploy({ web: 'exit 1' });
    await world.idle();
    assert.match(world.outcomes.get(bad.release.id) ?? '', /status 1/);
    assert.equal(world.wish?.current, null);
    assert.deepEqual(await world.names(), []);
    const good = world.deploy(WEB);
    await world.idle();
    assert.equal(world.outcomes.get(good.release.id), 'succeeded');
    assert.deepEqual(await world.names(), ['web.1@v2']);
    await world.close();
  },
);

test('with web scaled to zero a release succeeds without starting it', LIMIT, async () => {
  const world = await createServingWorld(WEB, { web: 0 });
  const { release } = world.deploy({ web: 'exit 1' });
  await world.idle();
  assert.equal(world.outcomes.get(release.id), 'succeeded');
  assert.deepEqual(await world.names(), []);
  await world.close();
});

test('a release that drops a process type stops it once it has succeeded', LIMIT, async () => {
  const world = await createServingWorld(BOTH, { web: 1, worker: 1 });
  world.deploy(WEB);
  await world.idle();
  assert.deepEqual(await world.names(), ['web.1@v2']);
  assert.ok(world.story.indexOf('v2 succeeded') < world.story.indexOf('stop worker.1@v1'));
  await world.close();
});

test(
  'a candidate that somebody else settled is stopped, and the old release goes on',
  LIMIT,
  async () => {
    const world = await createServingWorld(BOTH, { web: 1, worker: 1 });
    world.deploy(BOTH);
    await world.hasDone('start worker.1@v2');
    world.cancel();
    await world.idle();
    assert.deepEqual(await world.names(), ['web.1@v1', 'worker.1@v1']);
    assert.deepEqual(world.routed(), ['web.1@v1']);
    assert.equal(world.outcomes.size, 0);
    await world.close();
  },
);

test('a second candidate waits for the first and then rolls out', LIMIT, async () => {
  const world = await createServingWorld(WEB, { web: 1 });
  const second = world.deploy(WEB);
  const third = world.deploy(WEB);
  await world.idle();
  assert.equal(world.outcomes.get(second.release.id), 'succeeded');
  assert.equal(world.outcomes.get(third.release.id), 'succeeded');
  assert.ok(world.story.indexOf('v2 succeeded') < world.story.indexOf('start web.1@v3'));
  assert.deepEqual(await world.names(), ['web.1@v3']);
  await world.close();
});

test('scaling up during a roll-out is followed by both releases', LIMIT, async () => {
  const world = await createServingWorld(WEB, { web: 1 });
  world.deploy({ web: 'sleep 50; listen' });
  await world.hasDone('start web.1@v2');
  world.scale({ web: 3 });
  await world.idle();
  assert.deepEqual(await world.names(), ['web.1@v2', 'web.2@v2', 'web.3@v2']);
  assert.deepEqual(world.routes.at(-1)?.toSorted(), ['web.1@v2', 'web.2@v2', 'web.3@v2']);
  await world.close();
});

test(
  'scaling to zero during a roll-out lets the candidate succeed with nothing to run',
  LIMIT,
  async () => {
    const world = await createServingWorld(WEB, { web: 2 });
    const { release } = world.deploy({ web: 'print ready; wait' });
    await world.hasSaid('app[web.1]: ready');
    world.scale({ web: 0 });
    await world.idle();
    assert.equal(world.outcomes.get(release.id), 'succeeded');
    assert.deepEqual(await world.names(), []);
    await world.close();
  },
);

test('no old dyno stops before the router has applied the new routes', LIMIT, async () => {
  const world = await createServingWorld(WEB, { web: 1 });
  const answer = world.holdRouter();
  const { release } = world.deploy(WEB);
  await world.hasDone('route web.1@v2');
  await world.reconciler.start();
  assert.equal(world.outcomes.has(release.id), false);
  assert.deepEqual(await world.names(), ['web.1@v1', 'web.1@v2']);
  answer();
  await world.idle();
  assert.equal(world.outcomes.get(release.id), 'succeeded');
  assert.deepEqual(await world.names(), ['web.1@v2']);
  await world.close();
});

function version(name: string): string | undefined {
  return name.split('@')[1];
}

function wishOf(world: Awaited<ReturnType<typeof createServingWorld>>) {
  assert.ok(world.wish);
  return world.wish;
}
