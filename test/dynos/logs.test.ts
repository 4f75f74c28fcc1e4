import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createServingWorld } from './world.ts';

const LIMIT = { timeout: 10_000 };

test("a web dyno's start is told in Heroku's words", LIMIT, async () => {
  const world = await createServingWorld({ web: 'print hello; listen' }, { web: 0 });
  world.scale({ web: 1 });
  await world.idle();
  assert.deepEqual(world.lines, [
    'heroku[web.1]: Starting process with command `print hello; listen`',
    'app[web.1]: hello',
    'heroku[web.1]: State changed from starting to up',
  ]);
  await world.close();
});

test("its end by scaling down is told in Heroku's words", LIMIT, async () => {
  const world = await createServingWorld({ web: 'listen' }, { web: 1 });
  world.scale({ web: 0 });
  await world.idle();
  assert.deepEqual(world.lines, [
    'heroku[web.1]: Stopping all processes with SIGTERM',
    'heroku[web.1]: Process exited with status 143',
  ]);
  await world.close();
});

test("a crash is told after the dyno's last line", LIMIT, async () => {
  const world = await createServingWorld({ worker: 'print bye; sleep 20; exit 3' }, { worker: 0 });
  world.scale({ worker: 1 });
  await world.hasSaid('heroku[worker.1]: State changed from crashed to starting');
  assert.deepEqual(world.lines.slice(0, 5), [
    'heroku[worker.1]: Starting process with command `print bye; sleep 20; exit 3`',
    'heroku[worker.1]: State changed from starting to up',
    'app[worker.1]: bye',
    'heroku[worker.1]: Process exited with status 3',
    'heroku[worker.1]: State changed from up to crashed',
  ]);
  await world.close();
});

test('a dyno that ignores SIGTERM is killed, with R12', LIMIT, async () => {
  const world = await createServingWorld(
    { web: 'ignore SIGTERM; listen' },
    { web: 1 },
    { stopTimeout: 0.02 },
  );
  world.scale({ web: 0 });
  await world.idle();
  assert.deepEqual(world.lines, [
    'heroku[web.1]: Stopping all processes with SIGTERM',
    'heroku[web.1]: Error R12 (Exit timeout) -> At least one process failed to exit within 0.02 seconds of SIGTERM',
    'heroku[web.1]: Stopping remaining processes with SIGKILL',
    'heroku[web.1]: Process exited with status 137',
  ]);
  await world.close();
});

test('a restart of the server neither loses nor doubles a line', LIMIT, async () => {
  const talk = Array.from({ length: 60 }, (_, at) => `print line ${String(at + 1)}; sleep 2`);
  const world = await createServingWorld({ worker: [...talk, 'wait'].join('; ') }, { worker: 0 });
  world.scale({ worker: 1 });
  for (const line of [10, 25, 40]) {
    await world.hasSaid(`app[worker.1]: line ${String(line)}`);
    await world.restartServer();
  }
  await world.hasSaid('app[worker.1]: line 60');
  assert.deepEqual(
    world.lines.filter((line) => line.startsWith('app[worker.1]')),
    Array.from({ length: 60 }, (_, at) => `app[worker.1]: line ${String(at + 1)}`),
  );
  await world.close();
});

test('what a dyno wrote while no server ran is read by the next one', LIMIT, async () => {
  const world = await createServingWorld(
    { worker: 'print one; sleep 50; print two; wait' },
    { worker: 0 },
  );
  world.scale({ worker: 1 });
  await world.hasSaid('app[worker.1]: one');
  world.reconciler.close();
  const { dyno } = await world.dyno('worker.1');
  for await (const { text } of world.engine.logs(dyno, null, AbortSignal.timeout(5000))) {
    if (text === 'two') break;
  }
  await world.restartServer();
  await world.hasSaid('app[worker.1]: two');
  assert.equal(world.said('app[worker.1]: one'), 1);
  await world.close();
});

test('variables of the release reach the dyno', LIMIT, async () => {
  const world = await createServingWorld(
    { worker: 'show HEROKU_RELEASE_VERSION; wait' },
    { worker: 0 },
  );
  world.scale({ worker: 1 });
  await world.hasSaid('app[worker.1]: <v1>');
  await world.close();
});
