import type { FailureCode } from './failures.ts';
import type { Route } from './routes.ts';
import type { Upstream } from './upstreams.ts';

/** What a request knows when it asks where to go next. */
export interface Quest {
  readonly now: number;
  /** When waiting ends. */
  readonly deadline: number;
  /** Dynos that took no connection of this request. */
  readonly tried: ReadonlySet<Upstream>;
  /** Why the last of them took none. */
  readonly lastFailure: FailureCode | undefined;
}

export type Step =
  | { readonly kind: 'try'; readonly upstream: Upstream }
  /** Until then, or until the table changes. */
  | { readonly kind: 'wait'; readonly until: number }
  | { readonly kind: 'refuse'; readonly code: FailureCode };

/** Dynos that one request may try (Dev Center, HTTP routing). */
const ATTEMPTS = 10;
/** Requests under way for each dyno of an app (Dev Center, HTTP routing). */
const CAPACITY = 200;

const REFUSALS: Readonly<Partial<Record<Route['state'], FailureCode>>> = {
  maintenance: 'H80',
  blank: 'H81',
  crashed: 'H10',
  'scaled-down': 'H14',
};

/** How many requests an app may have under way before H11. */
export function capacityOf(route: Route): number {
  return CAPACITY * Math.max(1, route.upstreams.length);
}

/** `random` is in [0, 1). */
export function nextStep(route: Route, quest: Quest, random: () => number): Step {
  const refusal = REFUSALS[route.state];
  if (refusal) return { kind: 'refuse', code: refusal };
  if (route.upstreams.length === 0) return waitOr('H20', quest, Infinity);
  const upstream = quest.tried.size < ATTEMPTS ? pick(route, quest, random) : undefined;
  if (upstream) return { kind: 'try', upstream };
  if (quest.lastFailure) return { kind: 'refuse', code: quest.lastFailure };
  return waitOr('H99', quest, Math.min(...route.upstreams.map((up) => up.quarantinedUntil)));
}

function pick(route: Route, quest: Quest, random: () => number): Upstream | undefined {
  const fit = (up: Upstream): boolean => up.quarantinedUntil <= quest.now && !quest.tried.has(up);
  const any = at(route.upstreams, random());
  return any && fit(any) ? any : at(route.upstreams.filter(fit), random());
}

function at<T>(list: readonly T[], fraction: number): T | undefined {
  return list[Math.floor(fraction * list.length)];
}

function waitOr(code: FailureCode, quest: Quest, until: number): Step {
  if (quest.now >= quest.deadline) return { kind: 'refuse', code };
  return { kind: 'wait', until: Math.min(until, quest.deadline) };
}
