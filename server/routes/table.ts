import type { RoutedApp, RoutedDyno, RoutedState, RouteTable } from '../../router/contract.ts';
import type { App } from '../domain/app.ts';
import type { DynoState } from '../domain/dyno.ts';

/** A web dyno as the engine and the reconciler know it. */
export interface WebDyno {
  readonly id: string;
  /** `web.1`. */
  readonly name: string;
  readonly address: string;
  readonly port: number;
  readonly state: DynoState;
  /** False while a dyno that is up waits for its release, or is being drained. */
  readonly routed: boolean;
}

/** All that routing wants to know of an app. */
export interface RoutableApp {
  readonly app: App;
  /** Further host names, `*.example.com` among them. */
  readonly domains: readonly string[];
  /** A release with a slug has succeeded. */
  readonly deployed: boolean;
  /** Web dynos of the formation. */
  readonly wantedWeb: number;
  readonly web: readonly WebDyno[];
}

/** What numbers a table, and what its hosts end in. */
export interface TableStamp {
  readonly number: number;
  readonly epoch: string;
  readonly boot: string;
  /** MONOKU_DOMAIN: apps are `<name>.<domain>`. */
  readonly domain: string;
}

export function createRouteTable(apps: readonly RoutableApp[], stamp: TableStamp): RouteTable {
  const { number, epoch, boot, domain } = stamp;
  return {
    number,
    epoch,
    boot,
    // own names stand last, so that no app's custom domain takes one from another
    hosts: Object.fromEntries([
      ...apps.flatMap(({ app, domains }) =>
        domains.map((host) => [host.toLowerCase(), app.id] as const),
      ),
      ...apps.map(({ app }) => [`${app.name}.${domain}`.toLowerCase(), app.id] as const),
    ]),
    apps: Object.fromEntries(apps.map((app) => [app.app.id, routedApp(app)])),
  };
}

function routedApp(app: RoutableApp): RoutedApp {
  const dynos = app.web.filter((dyno) => dyno.routed && dyno.state === 'up').map(routedDyno);
  return { name: app.app.name, state: routedState(app, dynos.length), dynos };
}

function routedDyno({ id, name, address, port }: WebDyno): RoutedDyno {
  return { id, name, address, port };
}

/** What the router answers for an app, `serving` being the case where dynos do; the first that fits. */
export function routedState(app: RoutableApp, serving: number): RoutedState {
  if (app.app.maintenance) return 'maintenance';
  if (!app.deployed) return 'blank';
  if (serving > 0) return 'serving';
  if (app.wantedWeb === 0) return 'scaled-down';
  const some = (state: DynoState): boolean => app.web.some((dyno) => dyno.state === state);
  return some('crashed') && !some('starting') && !some('up') ? 'crashed' : 'booting';
}
