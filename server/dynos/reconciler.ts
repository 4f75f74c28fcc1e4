import type { DynoStatus } from '../domain/dyno.ts';
import type { AppId } from '../domain/ids.ts';
import { createAppLoop, type AppLoop } from './app-loop.ts';
import type { ReconcilerDependencies } from './dependencies.ts';
import { createGate } from './gate.ts';
import { createListing } from './listing.ts';
import type { DynoFilter } from './restart.ts';
import type { RoutableDyno } from './routing.ts';

/** Makes what runs equal to what is wanted, for every app on its own. */
export interface Reconciler {
  /** Something about this app may have changed. */
  lookAgain(app: AppId): void;
  /** Adopts what runs and begins to watch; resolves when every app was looked at once. */
  start(): Promise<void>;
  /** Leaves every dyno as it is. */
  close(): void;
  status(app: AppId): readonly DynoStatus[];
  /** The web dynos that the app's requests should go to now. */
  routed(app: AppId): readonly RoutableDyno[];
  /** Has dynos replaced one after the other, web without a gap; resolves to how many. */
  restart(app: AppId, filter?: DynoFilter): Promise<number>;
  /** Resolves when nothing is left to do for the app but to wait for a back-off. */
  idle(app: AppId): Promise<void>;
  /** The app was destroyed: its dynos go, and then it is forgotten. */
  forget(app: AppId): Promise<void>;
}

/** Seconds before the engine is asked again when it can't be reached at the start. */
const ENGINE_RETRY = 1;

export function createReconciler(deps: ReconcilerDependencies): Reconciler {
  const loops = new Map<AppId, AppLoop>();
  const closing = new AbortController();
  const gate = createGate(deps.startsAtOnce);
  const list = createListing(() => deps.engine.list());

  function loopOf(app: AppId): AppLoop {
    const loop = loops.get(app) ?? createAppLoop(app, { ...deps, gate, list });
    loops.set(app, loop);
    return loop;
  }

  function lookAgain(app: AppId): void {
    if (!closing.signal.aborted) loopOf(app).lookAgain();
  }

  /** Also at dynos of apps that nobody knows any more. */
  async function lookAtAll(): Promise<void> {
    const listed = await list().catch((error: unknown) => {
      deps.warn(error, 'The engine can not be reached.');
      deps.clock.at(new Date(deps.clock.now().getTime() + ENGINE_RETRY * 1000), () => {
        if (!closing.signal.aborted) void lookAtAll();
      });
      return [];
    });
    for (const app of new Set([...deps.apps(), ...listed.map((dyno) => dyno.app)])) lookAgain(app);
  }

  async function watch(): Promise<void> {
    for await (const event of deps.engine.events(closing.signal)) {
      if (!event) await lookAtAll();
      else if (loops.has(event.app) || deps.wanted(event.app)) lookAgain(event.app);
    }
  }

  return {
    lookAgain,
    async start() {
      watch().catch((error: unknown) => {
        if (!closing.signal.aborted) deps.warn(error, "The engine's events have ended.");
      });
      await lookAtAll();
      await Promise.all([...loops.values()].map((loop) => loop.looked()));
    },
    close() {
      closing.abort();
      for (const loop of loops.values()) loop.close();
    },
    status: (app) => loops.get(app)?.status() ?? [],
    routed: (app) => loops.get(app)?.routed() ?? [],
    restart: (app, filter = {}) => Promise.resolve(loopOf(app).restart(filter)),
    idle: (app) => loopOf(app).idle(),
    async forget(app) {
      const loop = loopOf(app);
      await loop.idle();
      loop.close();
      loops.delete(app);
    },
  };
}
