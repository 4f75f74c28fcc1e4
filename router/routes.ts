import type { RoutedState, RouteTable } from './contract.ts';
import { lookUpHost } from './host.ts';
import type { Timeouts } from './timeouts.ts';
import { createUpstreams, type Upstream } from './upstreams.ts';

/** Where the requests of a host go. */
export interface Route {
  /** The key in the table's `apps`. */
  readonly app: string;
  readonly state: RoutedState;
  readonly upstreams: readonly Upstream[];
}

/** The route table in force. */
export interface Routes {
  /** Takes a host as `hostName` writes it. */
  find(host: string): Route | undefined;
  /** Puts a table in force at once; those who wait for a change are told. */
  apply(table: RouteTable): void;
  onChange(listener: () => void): void;
  retireAll(): void;
}

export function createRoutes(timeouts: Timeouts): Routes {
  const upstreams = createUpstreams(timeouts);
  const listeners: (() => void)[] = [];
  let hosts: ReadonlyMap<string, Route> = new Map();

  return {
    find: (host) => lookUpHost(hosts, host),
    apply(table) {
      const apps = new Map(Object.entries(table.apps));
      const byDyno = upstreams.replace([...apps.values()].flatMap((app) => app.dynos));
      const routes = new Map<string, Route>();
      for (const [key, app] of apps) {
        const ups = app.dynos.flatMap((dyno) => byDyno.get(dyno) ?? []);
        routes.set(key, { app: key, state: app.state, upstreams: ups });
      }
      hosts = new Map(
        Object.entries(table.hosts).flatMap(([host, key]) => {
          const route = routes.get(key);
          return route ? [[host, route] as const] : [];
        }),
      );
      for (const listener of listeners) listener();
    },
    onChange(listener) {
      listeners.push(listener);
    },
    retireAll() {
      upstreams.replace([]);
    },
  };
}
