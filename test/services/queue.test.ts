import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { resolve } from 'node:path';
import { test, type TestContext } from 'node:test';
import { createBuildQueue } from '../../server/build/queue.ts';
import { createId, type AppId } from '../../server/domain/ids.ts';
import { startRedis, type TestRedis } from '../support/redis.ts';

interface Begun {
  readonly app: AppId;
  readonly signal: AbortSignal;
  readonly finish: () => void;
}

/** A queue whose runs last until the test finishes them; `next` resolves with each as it begins. */
async function setUp(t: TestContext, given: { redis?: TestRedis; prefix?: string } = {}) {
  const redis = given.redis ?? (await startRedis());
  const prefix = given.prefix ?? randomUUID();
  const begun: Begun[] = [];
  const warnings: string[] = [];
  let heard = Promise.withResolvers<undefined>();
  const queue = createBuildQueue({
    redis: redis.socket,
    prefix,
    atOnce: 2,
    warn: (message) => warnings.push(message),
    async run(app, signal) {
      const { promise, resolve } = Promise.withResolvers<undefined>();
      const finish = (): void => {
        resolve(undefined);
      };
      signal.addEventListener('abort', finish);
      begun.push({ app, signal, finish });
      heard.resolve(undefined);
      await promise;
    },
  });
  t.after(async () => {
    await queue.close();
    if (!given.redis) await redis[Symbol.asyncDispose]();
  });
  let seen = 0;
  const next = async (): Promise<Begun> => {
    for (;;) {
      const found = begun[seen];
      if (found) {
        seen++;
        return found;
      }
      heard = Promise.withResolvers<undefined>();
      await heard.promise;
    }
  };
  return { redis, prefix, queue, begun, warnings, next, app: createId<AppId>() };
}

const limited = { timeout: 30_000 };

test('an app that is asked for is run', limited, async (t) => {
  const { queue, next, app } = await setUp(t);
  await queue.enqueue(app);
  const run = await next();
  assert.equal(run.app, app);
  run.finish();
});

test(
  'asked for many times while it waits or runs, an app runs once more and no oftener',
  limited,
  async (t) => {
    const { queue, next, begun, app } = await setUp(t);
    await queue.enqueue(app);
    const first = await next();
    await Promise.all(Array.from({ length: 20 }, () => queue.enqueue(app)));
    first.finish();
    (await next()).finish();
    const other = createId<AppId>();
    await queue.enqueue(other);
    (await next()).finish();
    assert.deepEqual(
      begun.map((run) => run.app),
      [app, app, other],
    );
  },
);

test(
  'as many apps as allowed are built at once, the next when one has ended',
  limited,
  async (t) => {
    const { queue, next, begun } = await setUp(t);
    const apps = Array.from({ length: 3 }, () => createId<AppId>());
    for (const app of apps) await queue.enqueue(app);
    const [first, second] = [await next(), await next()];
    assert.equal(begun.length, 2);
    first.finish();
    const third = await next();
    assert.deepEqual(new Set(begun.map(({ app }) => app)), new Set(apps));
    second.finish();
    third.finish();
  },
);

test('cancel aborts the run, and the app can be asked for again', limited, async (t) => {
  const { queue, next, app } = await setUp(t);
  await queue.enqueue(app);
  const run = await next();
  await queue.cancel(app);
  assert.equal(run.signal.aborted, true);
  await queue.enqueue(app);
  (await next()).finish();
});

test('two appliances on one Redis do not see each other', limited, async (t) => {
  const mine = await setUp(t);
  const theirs = await setUp(t, { redis: mine.redis });
  await mine.queue.enqueue(mine.app);
  (await mine.next()).finish();
  await theirs.queue.enqueue(theirs.app);
  (await theirs.next()).finish();
  assert.deepEqual([mine.begun.length, theirs.begun.length], [1, 1]);
});

test(
  'without Redis asking neither throws nor hangs; when it is back, the work is done',
  limited,
  async (t) => {
    const { redis, queue, next, warnings, app } = await setUp(t);
    await queue.enqueue(app);
    (await next()).finish();
    await redis.stop('SIGKILL');
    await queue.enqueue(app);
    await queue.enqueue(app);
    assert.ok(warnings.some((words) => words.includes('no Redis')));
    await redis.start();
    const run = await next();
    assert.equal(run.app, app);
    run.finish();
  },
);

test('a run goes on while Redis is away, and the queue works afterwards', limited, async (t) => {
  const { redis, queue, next, app } = await setUp(t);
  await queue.enqueue(app);
  const run = await next();
  await redis.stop('SIGKILL');
  assert.equal(run.signal.aborted, false);
  await redis.start();
  run.finish();
  const other = createId<AppId>();
  await queue.enqueue(other);
  (await next()).finish();
});

test('a queue that never had a Redis closes', limited, async (t) => {
  const redis = await startRedis();
  await redis.stop();
  const { queue } = await setUp(t, { redis });
  await queue.enqueue(createId<AppId>());
  await queue.close();
  await redis[Symbol.asyncDispose]();
});

test('a killed server leaves its app to the next one that asks', limited, async (t) => {
  const redis = await startRedis();
  t.after(() => redis[Symbol.asyncDispose]());
  const prefix = randomUUID();
  const app = createId<AppId>();
  await dieRunning(app, { socket: redis.socket, prefix });
  const { queue, next, begun } = await setUp(t, { redis, prefix });
  // the sweeper's part: it asks again for as long as the store says "pending"
  await queue.enqueue(app);
  const run = await next();
  assert.equal(run.app, app);
  await queue.enqueue(app);
  run.finish();
  (await next()).finish();
  assert.equal(begun.length, 2);
});

/** Another process asks for the app, begins its run and is killed in the middle. */
async function dieRunning(app: AppId, { socket, prefix }: { socket: string; prefix: string }) {
  const program = resolve(import.meta.dirname, '../support/queue-worker.ts');
  const worker = spawn(process.execPath, [program, socket, prefix, app], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [line] = (await once(worker.stdout, 'data')) as [Buffer];
  assert.equal(line.toString().trim(), app);
  const exited = once(worker, 'exit');
  worker.kill('SIGKILL');
  await exited;
}
