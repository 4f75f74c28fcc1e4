import assert from 'node:assert/strict';
import { once } from 'node:events';
import { test } from 'node:test';
import { createRuns } from '../../server/build/runs.ts';
import { createId, type AppId } from '../../server/domain/ids.ts';

function setUp() {
  const begun: { app: AppId; signal: AbortSignal; finish: () => void }[] = [];
  const runs = createRuns(async (app, signal) => {
    const { promise, resolve } = Promise.withResolvers<undefined>();
    const finish = (): void => {
      resolve(undefined);
    };
    begun.push({ app, signal, finish });
    signal.addEventListener('abort', finish);
    await promise;
  });
  return { begun, runs, app: createId<AppId>() };
}

test('a second run of an app waits for the first', async () => {
  const { begun, runs, app } = setUp();
  const first = runs.run(app);
  const second = runs.run(app);
  await new Promise(setImmediate);
  assert.equal(begun.length, 1);
  begun[0]?.finish();
  await first;
  await new Promise(setImmediate);
  assert.equal(begun.length, 2);
  begun[1]?.finish();
  await second;
});

test('runs of two apps overlap', async () => {
  const { begun, runs, app } = setUp();
  const both = [runs.run(app), runs.run(createId<AppId>())];
  await new Promise(setImmediate);
  assert.equal(begun.length, 2);
  for (const { finish } of begun) finish();
  await Promise.all(both);
});

test('a run that throws does not hold up the next', async () => {
  let tries = 0;
  const runs = createRuns(async () => {
    await Promise.resolve();
    if (++tries === 1) throw new Error('broken');
  });
  const app = createId<AppId>();
  const first = runs.run(app);
  const second = runs.run(app);
  await assert.rejects(first, /broken/);
  await second;
  assert.equal(tries, 2);
});

test('cancel aborts the run of that app and resolves when it has ended', async () => {
  const { begun, runs, app } = setUp();
  const other = createId<AppId>();
  const cancelled = runs.run(app);
  const untouched = runs.run(other);
  await new Promise(setImmediate);
  await runs.cancel(app);
  await cancelled;
  assert.deepEqual(
    begun.map(({ signal }) => signal.aborted),
    [true, false],
  );
  begun[1]?.finish();
  await untouched;
});

test('cancel of an app that does not run does nothing', async () => {
  const { runs, app } = setUp();
  await runs.cancel(app);
});

test(
  'close aborts all runs, waits for their end and begins no other',
  { timeout: 5000 },
  async () => {
    const { begun, runs, app } = setUp();
    const first = runs.run(app);
    const waiting = runs.run(app);
    await new Promise(setImmediate);
    const aborted = begun[0] && once(begun[0].signal, 'abort');
    await runs.close();
    await Promise.all([aborted, first, waiting]);
    assert.equal(begun.length, 1);
  },
);
