import { Queue, Worker } from 'bullmq';
import { Redis } from 'ioredis';
import type { AppId } from '../domain/ids.ts';
import { createRuns } from './runs.ts';

/**
 * Says which apps have builds to do, and bounds how many are built at once. It may forget everything: what is
 * pending stands in the store, and whoever asks again finds the same work.
 */
export interface BuildQueue {
  /** "Do this app's pending builds." Never throws: without Redis it warns, and the work waits for the next asking. */
  enqueue(app: AppId): Promise<void>;
  /** Aborts the app's run, if there is one, and resolves when it has ended. */
  cancel(app: AppId): Promise<void>;
  /** Takes nothing more, aborts what runs and resolves when all of it has ended. */
  close(): Promise<void>;
}

export interface BuildQueueOptions {
  /** Path of Redis' unix socket. */
  readonly redis: string;
  /** Of every key; one appliance's own. */
  readonly prefix: string;
  readonly atOnce: number;
  /** Runs for one app never overlap. */
  readonly run: (app: AppId, signal: AbortSignal) => Promise<void>;
  readonly warn: (message: string) => void;
}

interface AppJob {
  readonly app: AppId;
}

const NAME = 'builds';
/** Milliseconds. After both together a dead server's job is given up, and whoever sweeps decides. */
const LOCK_DURATION = 4000;
const STALLED_INTERVAL = 1500;
/** Milliseconds that Redis may take before it counts as away. */
const PATIENCE = 1000;

export function createBuildQueue(options: BuildQueueOptions): BuildQueue {
  const { prefix, atOnce, warn } = options;
  const closing = new AbortController();
  const redis = connect(options.redis, closing.signal);
  const runs = createRuns(options.run);
  const queue = new Queue<AppJob>(NAME, { connection: redis, prefix });
  const worker = new Worker<AppJob>(NAME, ({ data }) => runs.run(data.app), {
    connection: redis,
    prefix,
    concurrency: atOnce,
    lockDuration: LOCK_DURATION,
    stalledInterval: STALLED_INTERVAL,
    maxStalledCount: 0,
    removeOnComplete: { count: 0 },
    removeOnFail: { count: 0 },
  });
  const trouble = createTrouble(warn);
  redis.on('error', trouble.met);
  queue.on('error', trouble.met);
  worker.on('error', trouble.met);
  redis.on('ready', trouble.over);
  worker.on('failed', (job, error) => {
    warn(`Builds of app ${job?.data.app ?? '(unknown)'} were given up: ${error.message}`);
  });

  const asking = new Map<AppId, Promise<unknown>>();
  const ask = (app: AppId): Promise<unknown> => {
    const asked = queue.add(NAME, { app }, { deduplication: { id: app, keepLastIfActive: true } });
    return asked.catch(trouble.met).finally(() => asking.delete(app));
  };

  return {
    async enqueue(app) {
      const asked = asking.get(app) ?? ask(app);
      asking.set(app, asked);
      await within(PATIENCE, asked);
    },
    cancel: (app) => runs.cancel(app),
    async close() {
      const taken = worker.pause();
      await runs.close();
      await within(PATIENCE, Promise.allSettled([taken, ...asking.values()]));
      closing.abort();
      // forced, or it waits for a Redis that is away
      await within(PATIENCE, Promise.allSettled([worker.close(true), queue.close()]));
      redis.disconnect();
    },
  };
}

/** Retries for ever, until `closing`; BullMQ's further connections are copies of this one. */
function connect(path: string, closing: AbortSignal): Redis {
  return new Redis({
    path,
    maxRetriesPerRequest: null,
    retryStrategy: (times) => (closing.aborted ? null : Math.min(50 * times, 500)),
  });
}

/** Says one trouble once, however often it is met. */
function createTrouble(warn: (message: string) => void) {
  let said: string | null = null;
  return {
    met: (error: Error): void => {
      if (error.message === said) return;
      said = error.message;
      warn(`The build queue has no Redis; builds wait until it is back: ${error.message}`);
    },
    over: (): void => {
      said = null;
    },
  };
}

async function within(milliseconds: number, work: Promise<unknown>): Promise<void> {
  const patience = Promise.withResolvers<unknown>();
  const timer = setTimeout(patience.resolve, milliseconds);
  await Promise.race([work, patience.promise]).finally(() => {
    clearTimeout(timer);
  });
}
