import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { RouteTable } from './contract.ts';
import { createFront } from './front.ts';
import { createLink } from './link.ts';
import type { Log } from './log.ts';
import { createPages } from './pages.ts';
import { createRoutes } from './routes.ts';
import { createSavedTable } from './saved-table.ts';
import { DEFAULT_TIMEOUTS, type Timeouts } from './timeouts.ts';
import { createVisits } from './visits.ts';

export interface RouterOptions {
  /** MONOKU_HOME. */
  readonly home: string;
  readonly bind: string;
  /** 0 takes a free one. */
  readonly port: number;
  /** The machine's boot id. */
  readonly boot: string;
  readonly log: Log;
  readonly timeouts?: Partial<Timeouts>;
  /** In [0, 1): which dyno gets a request. */
  readonly random?: () => number;
}

export interface Router {
  /** Takes the last saved table, listens and dials the server; resolves to the port. */
  start(): Promise<number>;
  /** Accepts nothing more, lets requests under way end, hangs up. */
  stop(): Promise<void>;
}

export function createRouter(options: RouterOptions): Router {
  const { home, log, random = Math.random } = options;
  const timeouts = { ...DEFAULT_TIMEOUTS, ...options.timeouts };
  const saved = createSavedTable(join(home, 'router', 'table.json'), options.boot);
  const routes = createRoutes(timeouts);
  const pages = createPages();
  const stopping: (() => Promise<void>)[] = [];

  async function apply(table: RouteTable): Promise<void> {
    routes.apply(table);
    await saved.save(table);
  }

  async function start(): Promise<number> {
    const table = saved.load();
    if (table) routes.apply(table);
    const link = createLink({ socketPath: join(home, 'run', 'router'), apply, log });
    const visits = createVisits({
      routes,
      pages,
      timeouts,
      random,
      report: (line) => {
        link.report(line);
      },
    });
    const front = createFront(visits, pages, timeouts);
    stopping.push(async () => {
      front.close();
      await visits.drain();
      front.closeAllConnections();
      routes.retireAll();
      await link.close();
    });
    front.listen({ port: options.port, host: options.bind });
    await once(front, 'listening');
    return (front.address() as AddressInfo).port;
  }

  return {
    start,
    async stop() {
      await Promise.all(stopping.splice(0).map((stop) => stop()));
    },
  };
}
