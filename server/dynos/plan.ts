import type { DynoId, ReleaseId } from '../domain/ids.ts';
import { planRollOut, type PlanRules, type Verdict } from './plan-roll-out.ts';
import { mergeParts, NOTHING, planType, type Part, type Start } from './plan-slots.ts';
import { isAlive, type Running, type RunningDyno } from './running.ts';
import { slotsOf, WEB, type RunnableRelease, type WantedApp } from './wanted.ts';

export interface Plan {
  readonly start: readonly Start[];
  readonly stop: readonly DynoId[];
  /** Web dynos whose time to boot is over (R10). */
  readonly overdue: readonly DynoId[];
  /** Web dynos that requests should go to. */
  readonly serve: readonly DynoId[];
  /** What became of the candidate, once that is known. */
  readonly settle: Verdict | null;
  /** When to look again though nothing happens. */
  readonly wakeAt: Date | null;
}

/** What to do next for an app; null is an app that is no more. Done again after every change of the world. */
export function planChanges(
  wanted: WantedApp | null,
  running: Running,
  rules: PlanRules,
  now: Date,
): Plan {
  if (!wanted) return farewell(running);
  const rollOut = planRollOut(wanted, running, rules, now);
  const part = mergeParts([
    planCurrent(wanted, { running, handedOver: rollOut.handedOver }, now),
    rollOut.part,
    {
      ...NOTHING,
      stop: alive(running)
        .filter(isStranger(wanted))
        .map(({ dyno }) => dyno),
    },
  ]);
  const boot = bootTimes(running, part.stop, now);
  const serve = serving(rollOut.takesOver, wanted, running).filter((id) => !part.stop.includes(id));
  return {
    start: part.start,
    stop: part.stop.filter((id) => mayStop(id, serve, running)),
    overdue: boot.overdue,
    serve,
    settle: rollOut.verdict ?? arrival(rollOut.takesOver, serve, running),
    wakeAt: earliest([...part.wake, ...boot.deadlines]),
  };
}

function farewell(running: Running): Plan {
  const stop = alive(running).map(({ dyno }) => dyno);
  return { start: [], stop, overdue: [], serve: [], settle: null, wakeAt: null };
}

/** The current release's formation; without the types that have been handed over to the candidate. */
function planCurrent(
  { current, formation }: WantedApp,
  { running, handedOver }: { readonly running: Running; readonly handedOver: boolean },
  now: Date,
): Part {
  if (!current) return NOTHING;
  const slots = slotsOf(current, formation);
  const types = new Set(
    [...slots, ...running.dynos.filter(({ release }) => release === current.release.id)].map(
      ({ type }) => type,
    ),
  );
  return mergeParts(
    [...types]
      .filter((type) => type === WEB || !handedOver)
      .map((type) => planType({ runnable: current, type, slots }, running, now)),
  );
}

function isStranger({ current, candidate }: WantedApp): (dyno: RunningDyno) => boolean {
  const known: readonly (ReleaseId | undefined)[] = [current?.release.id, candidate?.release.id];
  return ({ release }) => !known.includes(release);
}

function bootTimes(
  running: Running,
  stopped: readonly DynoId[],
  now: Date,
): { overdue: readonly DynoId[]; deadlines: readonly Date[] } {
  const booting = running.dynos.filter(
    ({ dyno, type, phase }) => type === WEB && phase === 'starting' && !stopped.includes(dyno),
  );
  const late = booting.filter(({ deadline }) => deadline <= now);
  return {
    overdue: late.map(({ dyno }) => dyno),
    deadlines: booting.filter(({ deadline }) => deadline > now).map(({ deadline }) => deadline),
  };
}

/** The web dynos that are up, of the candidate once it takes over, else of the current release. */
function serving(
  takesOver: RunnableRelease | null,
  wanted: WantedApp,
  running: Running,
): readonly DynoId[] {
  const release = (takesOver ?? wanted.current)?.release.id;
  return running.dynos
    .filter((dyno) => dyno.release === release && dyno.type === WEB && dyno.phase === 'up')
    .map(({ dyno }) => dyno);
}

/** A dyno is stopped only when no request can come to it any more. */
function mayStop(id: DynoId, serve: readonly DynoId[], running: Running): boolean {
  const dyno = running.dynos.find((one) => one.dyno === id);
  if (dyno?.type !== WEB || dyno.phase === 'starting') return true;
  const { served, routing } = running;
  if (served === null) return false;
  return ![...served, ...routing, ...serve].includes(id);
}

/** A candidate has succeeded at the moment when the traffic has moved to it. */
function arrival(
  takesOver: RunnableRelease | null,
  serve: readonly DynoId[],
  { served }: Running,
): Verdict | null {
  if (!takesOver || served?.length !== serve.length) return null;
  if (!serve.every((id) => served.includes(id))) return null;
  return { release: takesOver.release, crash: null };
}

function alive(running: Running): readonly RunningDyno[] {
  return running.dynos.filter(isAlive);
}

function earliest(times: readonly Date[]): Date | null {
  return times.reduce<Date | null>((best, time) => (best && best <= time ? best : time), null);
}
