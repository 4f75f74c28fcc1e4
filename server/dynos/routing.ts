import { dynoName } from '../domain/dyno.ts';
import type { AppId, DynoId } from '../domain/ids.ts';
import { isWatchedAlive, type AppState, type WatchedDyno } from './app-state.ts';
import { statusOf } from './status.ts';
import { WEB, type WantedApp } from './wanted.ts';

/** A web dyno that requests are sent to. */
export interface RoutableDyno {
  readonly id: string;
  readonly name: string;
  readonly address: string;
  readonly port: number;
}

/** Tells the router about an app, one table at a time, and knows what it has applied. */
export interface Routing {
  isDue(serve: readonly DynoId[], wanted: WantedApp | null): boolean;
  /** Resolves when the router has applied it. */
  publish(serve: readonly DynoId[], wanted: WantedApp | null): Promise<void>;
}

export interface RoutingDependencies {
  readonly route: (app: AppId) => Promise<void>;
  readonly state: AppState;
}

export function createRouting({ route, state }: RoutingDependencies): Routing {
  const { routes } = state;
  return {
    isDue: (serve, wanted) => !routes.underWay && routes.key !== routeKey(serve, wanted, state),
    async publish(serve, wanted) {
      const key = routeKey(serve, wanted, state);
      Object.assign(routes, { underWay: true, routing: serve, decided: serve });
      try {
        await route(state.app);
        Object.assign(routes, { served: serve, key });
      } catch (error) {
        // the router may have it or not
        Object.assign(routes, { served: null, key: null });
        throw error;
      } finally {
        Object.assign(routes, { underWay: false, routing: [] });
      }
    },
  };
}

/** What the router should know now. */
export function routableDynos(state: AppState): readonly RoutableDyno[] {
  return state.routes.decided.flatMap((id) => routable(state.dynos.get(id)));
}

function routable(dyno: WatchedDyno | undefined): readonly RoutableDyno[] {
  if (!dyno || !isWatchedAlive(dyno) || !dyno.seen.endpoint) return [];
  return [{ id: dyno.seen.dyno, name: dynoName(dyno.seen), ...dyno.seen.endpoint }];
}

/** Everything of an app that changes what visitors get: which dynos, and why there are none. */
function routeKey(serve: readonly DynoId[], wanted: WantedApp | null, state: AppState): string {
  if (!wanted) return 'gone';
  const deployed = wanted.current !== null;
  const web = statusOf(wanted, state).filter(({ type }) => type === WEB);
  return JSON.stringify({
    serve: serve.toSorted(),
    why: serve.length > 0 ? null : [deployed, [...new Set(web.map((dyno) => dyno.state))].sort()],
    name: wanted.app.name,
    maintenance: wanted.app.maintenance,
  });
}
