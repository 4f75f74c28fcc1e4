import { capacityOf, nextStep } from './balance.ts';
import type { AccessLine } from './contract.ts';
import { startExchange, type Progressed, type Switched } from './exchange.ts';
import type { Outcome } from './failures.ts';
import { dynoHeaders, originOf } from './forwarded.ts';
import { hostName } from './host.ts';
import type { Pages } from './pages.ts';
import { readRequestHead, type RequestHead } from './request-head.ts';
import type { Routes } from './routes.ts';
import type { Timeouts } from './timeouts.ts';
import { openTunnel, switchingHead } from './tunnel.ts';
import type { Upstream } from './upstreams.ts';
import { accessLineOf, answer, fail, isRepeatable, type Arrival, type Visit } from './visit.ts';

export interface VisitsDependencies {
  readonly routes: Routes;
  readonly pages: Pages;
  readonly timeouts: Timeouts;
  readonly random: () => number;
  readonly report: (line: AccessLine) => void;
}

/** All requests under way. */
export interface Visits {
  begin(arrival: Arrival): void;
  /** A request with an `Expect` that nobody fulfils. */
  refuseExpectation(arrival: Arrival): void;
  /** From now on answers tell clients to close; resolves when none is left, or cut (H24) in the end. */
  drain(): Promise<void>;
}

export function createVisits(dependencies: VisitsDependencies): Visits {
  const { routes, pages, timeouts, random, report } = dependencies;
  const active = new Set<Visit>();
  const waiting = new Set<Visit>();
  /** App → requests under way, for H11; connections that switched protocols don't count. */
  const load = new Map<string, number>();
  let draining = false;
  let drained = (): void => undefined;

  routes.onChange(() => {
    for (const visit of [...waiting]) proceed(visit);
  });

  function begin(arrival: Arrival): void {
    const visit = enter(arrival);
    if (!visit) return;
    const route = routes.find(visit.hostName);
    if (route && (load.get(visit.app) ?? 0) > capacityOf(route)) fail(visit, 'H11', pages);
    else proceed(visit);
  }

  function refuseExpectation(arrival: Arrival): void {
    const visit = enter(arrival);
    if (!visit) return;
    visit.cause = 'unsupported expect header value';
    fail(visit, 'H26', pages);
  }

  /** Answers at once what belongs to no app. */
  function enter(arrival: Arrival): Visit | undefined {
    const head = readRequestHead(arrival.request);
    if ('problem' in head) {
      arrival.response.shouldKeepAlive = false;
      answer({ ...arrival, cause: head.problem }, 'bad-request', pages);
      return undefined;
    }
    const app = routes.find(hostName(head.host))?.app;
    if (app === undefined) {
      answer(arrival, 'no-such-app', pages);
      return undefined;
    }
    return open(arrival, head, app);
  }

  function open(arrival: Arrival, head: RequestHead, app: string): Visit {
    const visit: Visit = {
      ...arrival,
      app,
      head,
      hostName: hostName(head.host),
      origin: originOf(head, arrival.request.socket, Date.now()),
      tried: new Set(),
      triedAt: 0,
      fresh: false,
    };
    active.add(visit);
    load.set(app, (load.get(app) ?? 0) + 1);
    arrival.response.on('close', () => {
      if (!arrival.response.writableFinished) visit.failure ??= 'H27';
      leaveLoad(visit);
      close(visit);
    });
    return visit;
  }

  /** The next step of a request that no dyno has taken yet. */
  function proceed(visit: Visit): void {
    clearTimeout(visit.wait);
    waiting.delete(visit);
    const now = Date.now();
    const route = routes.find(visit.hostName);
    if (!route) {
      visit.status = answer(visit, 'no-such-app', pages);
      return;
    }
    const deadline = visit.origin.start + timeouts.start;
    const { tried, lastFailure } = visit;
    const step = nextStep(route, { now, deadline, tried, lastFailure }, random);
    if (step.kind === 'refuse') fail(visit, step.code, pages);
    else if (step.kind === 'try') attempt(visit, step.upstream);
    else {
      waiting.add(visit);
      visit.wait = setTimeout(proceed, step.until - now, visit);
    }
  }

  function attempt(visit: Visit, upstream: Upstream): void {
    const repeatable = isRepeatable(visit);
    visit.dyno = upstream.name;
    visit.triedAt = Date.now();
    visit.exchange = startExchange(
      {
        head: visit.head,
        headers: dynoHeaders(visit.head, visit.origin),
        request: visit.request,
        response: visit.response,
        upgrade: visit.switchable && visit.head.upgrade,
        upstream,
        repeatable,
        // what may not be sent twice must not meet a dyno that is just closing a kept connection
        fresh: visit.fresh || !repeatable,
        timeouts,
      },
      follow(visit, upstream),
    );
  }

  function follow(visit: Visit, upstream: Upstream): Progressed {
    return {
      onConnected() {
        visit.connectedAt = Date.now();
        visit.connect = visit.connectedAt - visit.triedAt;
        visit.bytes = 0;
      },
      onBytes(count) {
        visit.bytes = (visit.bytes ?? 0) + count;
      },
      onAnswer(status) {
        visit.status = status;
        return draining ? ['Connection', 'close'] : [];
      },
      onRestriction(cause) {
        visit.cause = cause;
      },
      onUpgrade(switched) {
        joinEnds(visit, switched);
      },
      onSettled(outcome) {
        settle(visit, upstream, outcome);
      },
    };
  }

  function settle(visit: Visit, upstream: Upstream, outcome: Outcome): void {
    if (!active.has(visit)) return;
    switch (outcome.kind) {
      case 'answered':
        visit.response.end();
        discardRest(visit, timeouts.idle);
        return;
      case 'again':
        visit.fresh = !upstream.retired;
        proceed(visit);
        return;
      case 'unreachable':
        upstream.quarantinedUntil = Date.now() + timeouts.quarantine;
        visit.connect = Date.now() - visit.triedAt;
        visit.tried.add(upstream);
        visit.lastFailure = outcome.code;
        proceed(visit);
        return;
      case 'failed':
        fail(visit, outcome.code, pages);
        discardRest(visit, timeouts.idle);
    }
  }

  function joinEnds(visit: Visit, switched: Switched): void {
    const { switchable, response } = visit;
    if (!switchable || !active.has(visit)) {
      switched.socket.destroy();
      return;
    }
    const { socket, head } = switchable;
    leaveLoad(visit);
    visit.status = switched.status;
    response.detachSocket(visit.request.socket);
    socket.write(switchingHead(switched));
    openTunnel({ client: socket, dyno: switched.socket, head, idle: timeouts.idle }, (end) => {
      visit.bytes = end.bytes;
      if (end.idle) visit.failure ??= 'H15';
      close(visit);
    });
  }

  function leaveLoad({ app }: Visit): void {
    const left = (load.get(app) ?? 1) - 1;
    if (left > 0) load.set(app, left);
    else load.delete(app);
  }

  function close(visit: Visit): void {
    if (!active.delete(visit)) return;
    waiting.delete(visit);
    clearTimeout(visit.wait);
    visit.exchange?.cut('H27');
    report(accessLineOf(visit, Date.now()));
    if (draining && active.size === 0) drained();
  }

  function cutAll(): void {
    for (const visit of [...active]) {
      visit.failure = 'H24';
      visit.switchable?.socket.destroy();
      if (visit.response.headersSent) visit.response.destroy();
      else fail(visit, 'H24', pages);
    }
  }

  async function drain(): Promise<void> {
    draining = true;
    if (active.size === 0) return;
    const { promise, resolve } = Promise.withResolvers<undefined>();
    drained = () => {
      resolve(undefined);
    };
    const timer = setTimeout(() => {
      cutAll();
      resolve(undefined);
    }, timeouts.drain);
    await promise;
    clearTimeout(timer);
  }

  return { begin, refuseExpectation, drain };
}

/** Reads and forgets the rest of a body, so that its sender comes to read the answer. */
function discardRest({ request }: Visit, limit: number): void {
  if (request.complete || request.destroyed) return;
  const timer = setTimeout(() => request.socket.destroy(), limit);
  request.on('close', () => {
    clearTimeout(timer);
  });
  request.resume();
}
