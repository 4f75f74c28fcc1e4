import type { DynoStatus } from '../domain/dyno.ts';
import type { AppId, DynoId } from '../domain/ids.ts';
import { createAppState, forgetEnded, runningOf, type WatchedDyno } from './app-state.ts';
import { pruneCrashes } from './back-off.ts';
import { createBell } from './bell.ts';
import { createChronicle } from './chronicle.ts';
import type { ReconcilerDependencies } from './dependencies.ts';
import { createDynoLife } from './dyno-life.ts';
import type { EngineDyno } from './engine.ts';
import type { Gate } from './gate.ts';
import { createLauncher } from './launch.ts';
import { createObserver } from './observe.ts';
import { planChanges, type Plan } from './plan.ts';
import { outdate, type DynoFilter } from './restart.ts';
import { createRetry } from './retry.ts';
import { createRouting, routableDynos, type RoutableDyno } from './routing.ts';
import { createSerial } from './serial.ts';
import { createSettling } from './settling.ts';
import { statusOf } from './status.ts';
import { createTasks } from './tasks.ts';
import type { WantedApp } from './wanted.ts';

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

export function createAppLoop(app: AppId, deps: AppLoopDependencies): AppLoop {
  const { clock } = deps;
  const state = createAppState(app);
  const closing = new AbortController();
  const changed = createBell();
  const chronicle = createChronicle({ ...deps, state });
  const life = createDynoLife({ ...deps, state, chronicle });
  const launch = createLauncher({ ...deps, state, chronicle, closing: closing.signal });
  const settling = createSettling(deps);
  const routing = createRouting({ route: deps.route, state });
  const tasks = createTasks({
    failed: stumble,
    ended: () => {
      changed.ring();
    },
  });
  const serial = createSerial(tryToLook);
  const retry = createRetry(clock, again);
  const observer = createObserver({ state, life, run, closing: closing.signal });
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
    retry.later();
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
    await observer.observe(listed);
    if (closing.signal.aborted) return;
    const wanted = deps.wanted(app);
    pruneCrashes(state.crashes, wanted);
    const plan = planChanges(wanted, runningOf(state), deps.timing, clock.now());
    settled = !wanted?.candidate;
    carryOut(plan, wanted);
    if (settled && tasks.count() === 0) retry.reset();
  }

  function carryOut(plan: Plan, wanted: WantedApp | null): void {
    const watched = (ids: readonly DynoId[]): readonly WatchedDyno[] =>
      ids.map((id) => state.dynos.get(id)).filter((dyno) => dyno !== undefined);
    for (const start of plan.start) run(() => launch(start));
    if (!wanted) dismissGuests();
    for (const dyno of watched(plan.stop)) run(() => life.stop(dyno));
    for (const dyno of watched(plan.overdue)) run(() => life.killOverdue(dyno));
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
      if (settled && tasks.count() === 0 && !retry.isPending()) return;
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
    routed: () => routableDynos(state),
    restart(filter) {
      const count = outdate(state, filter);
      again();
      return count;
    },
    close() {
      closing.abort();
      retry.cancel();
      cancelWake?.();
      for (const dyno of state.dynos.values()) {
        dyno.probing.abort();
        dyno.output.close();
      }
    },
  };
}
