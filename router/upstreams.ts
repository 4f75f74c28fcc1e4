import type { RoutedDyno } from './contract.ts';
import { createConnections, type Connections } from './connections.ts';
import type { Timeouts } from './timeouts.ts';

/** A dyno as the router knows it. */
export interface Upstream {
  readonly name: string;
  readonly connections: Connections;
  /** Milliseconds since 1970; it took no connection and is left alone until then. */
  quarantinedUntil: number;
  /** It left the table: nothing more is sent to it. */
  retired: boolean;
}

export interface Upstreams {
  /** Upstreams of these dynos, known ones kept; all others retire. */
  replace(dynos: readonly RoutedDyno[]): ReadonlyMap<RoutedDyno, Upstream>;
}

export function createUpstreams(timeouts: Timeouts): Upstreams {
  let known = new Map<string, Upstream>();

  return {
    replace(dynos) {
      const next = new Map<string, Upstream>();
      const byDyno = new Map<RoutedDyno, Upstream>();
      for (const dyno of dynos) {
        const key = `${dyno.id} ${dyno.address} ${dyno.port}`;
        const upstream = known.get(key) ?? next.get(key) ?? createUpstream(dyno, timeouts);
        next.set(key, upstream);
        byDyno.set(dyno, upstream);
      }
      for (const [key, upstream] of known) {
        if (!next.has(key)) retire(upstream);
      }
      known = next;
      return byDyno;
    },
  };
}

function createUpstream(dyno: RoutedDyno, timeouts: Timeouts): Upstream {
  return {
    name: dyno.name,
    connections: createConnections(dyno, timeouts),
    quarantinedUntil: 0,
    retired: false,
  };
}

function retire(upstream: Upstream): void {
  upstream.retired = true;
  upstream.connections.retire();
}
