import type { AppId } from '../domain/ids.ts';

/** What runs in this process: never twice at a time for one app, whatever the queue believes. */
export interface Runs {
  /** Waits for the app's earlier run, if it is still going. */
  run(app: AppId): Promise<void>;
  cancel(app: AppId): Promise<void>;
  /** Begins nothing more and resolves when everything has ended. */
  close(): Promise<void>;
}

export function createRuns(work: (app: AppId, signal: AbortSignal) => Promise<void>): Runs {
  const closing = new AbortController();
  const going = new Map<AppId, { controller: AbortController; ended: Promise<void> }>();

  async function begin(app: AppId, controller: AbortController, before?: Promise<void>) {
    await before?.catch(() => undefined);
    if (closing.signal.aborted) return;
    await work(app, AbortSignal.any([controller.signal, closing.signal]));
  }

  return {
    async run(app) {
      const controller = new AbortController();
      const ended = begin(app, controller, going.get(app)?.ended);
      const entry = { controller, ended };
      going.set(app, entry);
      try {
        await ended;
      } finally {
        if (going.get(app) === entry) going.delete(app);
      }
    },
    async cancel(app) {
      const entry = going.get(app);
      entry?.controller.abort();
      await entry?.ended.catch(() => undefined);
    },
    async close() {
      closing.abort();
      await Promise.allSettled([...going.values()].map(({ ended }) => ended));
    },
  };
}
