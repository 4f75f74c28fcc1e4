import type { Release } from '../domain/release.ts';
import type { Crash } from './crash.ts';
import { isTypeUp, mergeParts, NOTHING, planType, type Part } from './plan-slots.ts';
import { isAlive, type Running, type RunningDyno } from './running.ts';
import { slotsOf, WEB, type RunnableRelease, type Slot, type WantedApp } from './wanted.ts';

export interface PlanRules {
  /** How long a candidate's dynos of other types than web have to live. */
  readonly settleSeconds: number;
}

/** What became of a candidate: failed by this crash, or succeeded. */
export interface Verdict {
  readonly release: Release;
  readonly crash: Crash | null;
}

export interface RollOut {
  readonly part: Part;
  /** The current release has given its types other than web to the candidate. */
  readonly handedOver: boolean;
  /** The candidate, once requests should go to it. */
  readonly takesOver: RunnableRelease | null;
  /** Only ever a failure: success takes the router's word. */
  readonly verdict: Verdict | null;
}

const IDLE: RollOut = { part: NOTHING, handedOver: false, takesOver: null, verdict: null };

/**
 * The candidate's way: its web dynos start beside the old ones; when all are up, the old other types
 * stop, the new ones start and have to live for a while; then it takes over the traffic.
 */
export function planRollOut(
  { candidate, formation }: WantedApp,
  running: Running,
  rules: PlanRules,
  now: Date,
): RollOut {
  if (!candidate) return IDLE;
  const crash = crashOf(candidate, running);
  if (crash) return { ...IDLE, verdict: { release: candidate.release, crash } };
  const slots = slotsOf(candidate, formation);
  const web = planType({ runnable: candidate, type: WEB, slots }, running, now);
  const webUp = isTypeUp({ runnable: candidate, type: WEB, slots }, running);
  const others = otherTypes(candidate, slots, running);
  const handedOver = others.length > 0 && (webUp || hasOthers(candidate, running));
  if (!handedOver) return { ...IDLE, part: web, takesOver: webUp ? candidate : null };
  const rest = { runnable: candidate, slots, types: others };
  const settledAt = othersSettledAt(rest, running, rules);
  return {
    ...IDLE,
    handedOver,
    part: mergeParts([web, planOthers(rest, running, now), wakeAt(settledAt, now)]),
    takesOver: webUp && settledAt !== null && settledAt <= now ? candidate : null,
  };
}

interface Others {
  readonly runnable: RunnableRelease;
  readonly slots: readonly Slot[];
  readonly types: readonly string[];
}

function crashOf({ release }: RunnableRelease, { crashes }: Running): Crash | undefined {
  return [...crashes.values()].find((crash) => crash.release === release.id);
}

/** Types beside web that the candidate should run, or runs and should not. */
function otherTypes(
  candidate: RunnableRelease,
  slots: readonly Slot[],
  { dynos }: Running,
): readonly string[] {
  const present = dynos.filter((dyno) => isOfOthers(dyno, candidate));
  const types = new Set([...slots, ...present].map(({ type }) => type));
  return [...types].filter((type) => type !== WEB);
}

function hasOthers(candidate: RunnableRelease, { dynos, launching }: Running): boolean {
  return [...dynos, ...launching].some((dyno) => isOfOthers(dyno, candidate));
}

function isOfOthers(
  { type, release }: Pick<RunningDyno, 'type' | 'release'>,
  candidate: RunnableRelease,
): boolean {
  return type !== WEB && release === candidate.release.id;
}

/** Only web overlaps: the old ones leave first, all of them. */
function planOthers({ runnable, slots, types }: Others, running: Running, now: Date): Part {
  const old = running.dynos.filter(
    ({ type, release, phase }) =>
      type !== WEB && release !== runnable.release.id && phase !== 'ended',
  );
  if (old.length > 0) {
    return { ...NOTHING, stop: old.filter(isAlive).map(({ dyno }) => dyno) };
  }
  return mergeParts(types.map((type) => planType({ runnable, type, slots }, running, now)));
}

/** When all of them will have lived long enough; null as long as one is missing. */
function othersSettledAt(
  { runnable, slots, types }: Others,
  running: Running,
  { settleSeconds }: PlanRules,
): Date | null {
  if (!types.every((type) => isTypeUp({ runnable, type, slots }, running))) return null;
  const starts = running.dynos
    .filter((dyno) => isOfOthers(dyno, runnable) && isAlive(dyno))
    .map(({ startedAt }) => startedAt.getTime());
  return new Date(Math.max(0, ...starts) + settleSeconds * 1000);
}

function wakeAt(time: Date | null, now: Date): Part {
  return time !== null && time > now ? { ...NOTHING, wake: [time] } : NOTHING;
}
