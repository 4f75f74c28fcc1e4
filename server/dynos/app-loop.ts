import { dynoName, type DynoStatus } from '../domain/dyno.ts';
import type { AppId } from '../domain/ids.ts';
import {
  createAppState,
  forgetEnded,
  isWatchedAlive,
  runningOf,
  type AppState,
  type WatchedDyno,
} from './app-state.ts';
import { createBell } from './bell.ts';
import { secondsAfter } from './clock.ts';
import { slotKey } from './crash.ts';
import type { ReconcilerDependencies } from './dependencies.ts';
import { createDynoLife } from './dyno-life.ts';
import type { EngineDyno } from './engine.ts';
import type { Gate } from './gate.ts';
import { planChanges, type Plan } from './plan.ts';
import { accepts } from './probe.ts';
import { createRouting } from './routing.ts';
import { createSerial } from './serial.ts';
import { createSettling } from './settling.ts';
import { statusOf } from './status.ts';
import { createTasks } from './tasks.ts';
import { slotsOf, WEB, type WantedApp } from './wanted.ts';

/** A web dyno that requests are sent to. */
export interface RoutableDyno {
  readonly id: string;
  readonly name: string;
  readonly address: string;
  readonly port: number;
}

export interface DynoFilter {
  readonly type?: string;
  readonly index?: number;
}

/** Keeps one app's dynos as they should be. */
export interface AppLoop {
  lookAgain(): void;
  status(): readonly DynoStatus[];
  routed(): readonly RoutableDyno[];
  /** Has dynos replaced; returns how many. */
  restart(filter: DynoFilter): number;
  /** Resolves when the loop rests. */
  looked(): Promise<void>;
  /** Resolves when nothing is left to do but to wait for a back-off. */
  idle(): Promise<void>;
  close(): void;
}

export interface AppLoopDependencies extends ReconcilerDependencies {
  readonly gate: Gate;
  /** Every dyno of the appliance, read after the call. */
  readonly list: () => Promise<readonly EngineDyno[]>;
}

/** Seconds before a failed look is tried again, doubled each time up to the longest. */
const FIRST_RETRY = 0.5;
const LONGEST_RETRY = 30;

export function createAppLoop(app: AppId, deps: AppLoopDependencies): AppLoop {
  const { clock } = deps;
  const state = createAppState(app);
  const closing = new AbortController();
  const changed = createBell();
  const life = createDynoLife({ ...deps, state, closing: closing.signal });
  const settling = createSettling(deps);
  const routing = createRouting({ route: deps.route, state });
  const tasks = createTasks({
    failed: stumble,
    ended: () => {
      changed.ring();
    },
  });
  const serial = createSerial(tryToLook);
  let failures = 0;
  let cancelRetry: (() => void) | null = null;
  let cancelWake: (() => void) | null = null;
  let settled = false;

  function again(): void {
    if (!closing.signal.aborted) serial.again();
  }

  function run(work: () => Promise<void>): void {
    tasks.run(async () => {
      await work();
      again();
    });
  }

  function stumble(error: unknown): void {
    if (closing.signal.aborted) return;
    deps.warn(error, `App ${app}: something could not be done; trying again.`);
    if (cancelRetry) return;
    const wait = Math.min(FIRST_RETRY * 2 ** failures, LONGEST_RETRY);
    failures += 1;
    cancelRetry = clock.at(secondsAfter(clock.now(), wait), () => {
      cancelRetry = null;
      again();
    });
  }

  async function tryToLook(): Promise<void> {
    try {
      await look();
    } catch (error) {
      stumble(error);
    }
    changed.ring();
  }

  async function look(): Promise<void> {
    forgetEnded(state);
    const listed = (await deps.list()).filter((dyno) => dyno.app === app);
    await observe(listed);
    if (closing.signal.aborted) return;
    const wanted = deps.wanted(app);
    pruneCrashes(state, wanted);
    const plan = planChanges(wanted, runningOf(state), deps.timing, clock.now());
    settled = !wanted?.candidate;
    carryOut(plan, wanted);
    if (settled && tasks.count() === 0) failures = 0;
  }

  /** Takes in what the engine says: dynos to adopt, dynos that ended, dynos that are no longer there. */
  async function observe(listed: readonly EngineDyno[]): Promise<void> {
    state.guests = listed.filter(({ role }) => role !== 'formation');
    const formation = listed.filter(({ role }) => role === 'formation');
    await Promise.all(formation.filter(({ dyno }) => !state.dynos.has(dyno)).map(welcome));
    for (const seen of formation) {
      const dyno = state.dynos.get(seen.dyno);
      if (dyno) dyno.seen = seen;
    }
    const present = new Set(formation.map(({ dyno }) => dyno));
    for (const [id, dyno] of state.dynos) {
      const { exit } = dyno.seen;
      if (!isWatchedAlive(dyno)) continue;
      if (!present.has(id)) life.vanish(dyno);
      else if (exit) run(() => life.count(dyno, exit));
    }
    for (const dyno of state.dynos.values()) {
      if (dyno.phase === 'counted') run(() => life.clear(dyno));
    }
  }

  async function welcome(seen: EngineDyno): Promise<void> {
    const isOurs = state.launched.delete(seen.dyno);
    const dyno = life.watch(seen, !isOurs && (await isFoundUp(seen)));
    state.dynos.set(seen.dyno, dyno);
    if (dyno.phase === 'starting' && !seen.exit) run(() => life.boot(dyno));
  }

  function carryOut(plan: Plan, wanted: WantedApp | null): void {
    const watched = (id: WatchedDyno['seen']['dyno']): readonly WatchedDyno[] => {
      const dyno = state.dynos.get(id);
      return dyno ? [dyno] : [];
    };
    for (const start of plan.start) run(() => life.start(start));
    if (!wanted) dismissGuests();
    for (const dyno of plan.stop.flatMap(watched)) run(() => life.stop(dyno));
    for (const dyno of plan.overdue.flatMap(watched)) run(() => life.killOverdue(dyno));
    if (routing.isDue(plan.serve, wanted)) run(() => routing.publish(plan.serve, wanted));
    if (plan.settle) {
      settling.settle(plan.settle);
      again();
    }
    cancelWake?.();
    cancelWake = plan.wakeAt ? clock.at(plan.wakeAt, again) : null;
  }

  /** One-offs of an app that is no more. */
  function dismissGuests(): void {
    for (const { dyno } of state.guests.filter((guest) => !state.dismissed.has(guest.dyno))) {
      state.dismissed.add(dyno);
      run(async () => {
        await deps.engine.stop(dyno, deps.timing.stopTimeout);
      });
    }
  }

  async function idle(): Promise<void> {
    again();
    for (;;) {
      await serial.quiet();
      if (settled && tasks.count() === 0 && !cancelRetry) return;
      await changed.heard();
    }
  }

  return {
    lookAgain: again,
    idle,
    looked: () => serial.quiet(),
    status() {
      const wanted = deps.wanted(app);
      return wanted ? statusOf(wanted, state) : [];
    },
    routed: () => state.routes.decided.flatMap((id) => routable(state.dynos.get(id))),
    restart(filter) {
      const count = outdate(state, filter);
      again();
      return count;
    },
    close() {
      closing.abort();
      cancelRetry?.();
      cancelWake?.();
      for (const dyno of state.dynos.values()) {
        dyno.probing.abort();
        dyno.output.close();
      }
    },
  };
}

/** A web dyno that was there before us is up when it answers; any other is up at once. */
async function isFoundUp({ type, endpoint, exit }: EngineDyno): Promise<boolean> {
  if (exit) return true;
  return type !== WEB || (endpoint !== null && (await accepts(endpoint)));
}

/** A back-off is over with the release, and with the place in the formation. */
function pruneCrashes(state: AppState, wanted: WantedApp | null): void {
  const releases = [wanted?.current, wanted?.candidate].filter((one) => one != null);
  const keys = new Set(
    releases.flatMap((runnable) =>
      slotsOf(runnable, wanted?.formation ?? {}).map((slot) =>
        slotKey({ ...slot, release: runnable.release.id }),
      ),
    ),
  );
  for (const key of state.crashes.keys()) if (!keys.has(key)) state.crashes.delete(key);
}

/** Marks what the filter names for replacement and ends its back-off; counts places, not dynos. */
function outdate(state: AppState, { type, index }: DynoFilter): number {
  const matches = (dyno: { readonly type: string; readonly index: number }): boolean =>
    (type === undefined || dyno.type === type) && (index === undefined || dyno.index === index);
  const places = new Set<string>();
  for (const dyno of [...state.dynos.values()].filter(isWatchedAlive)) {
    if (!matches(dyno.seen)) continue;
    dyno.outdated = true;
    places.add(dynoName(dyno.seen));
  }
  for (const [key, crash] of state.crashes) {
    if (!matches(crash)) continue;
    state.crashes.delete(key);
    places.add(dynoName(crash));
  }
  return places.size;
}

function routable(dyno: WatchedDyno | undefined): readonly RoutableDyno[] {
  if (!dyno || !isWatchedAlive(dyno) || !dyno.seen.endpoint) return [];
  return [{ id: dyno.seen.dyno, name: dynoName(dyno.seen), ...dyno.seen.endpoint }];
}
