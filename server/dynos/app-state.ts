import type { AppId, DynoId } from '../domain/ids.ts';
import type { Crash, FormationDyno } from './crash.ts';
import type { EngineDyno } from './engine.ts';
import type { Output } from './output.ts';
import { isAlive, type Phase, type Running, type RunningDyno } from './running.ts';

/**
 * A dyno of the formation as its app's loop knows it. counted: its end was counted as a crash, what is
 * left of it has to be removed. clearing: that is under way. gone: forgotten before the next list.
 */
export interface WatchedDyno {
  seen: EngineDyno;
  phase: Phase | 'counted' | 'clearing' | 'gone';
  upSince: Date | null;
  readonly deadline: Date;
  outdated: boolean;
  readonly output: Output;
  /** Ends the wait for its port. */
  readonly probing: AbortController;
}

export interface Launch extends FormationDyno {
  readonly command: string;
  readonly version: number;
  readonly at: Date;
  /** The engine has answered; the next list tells how. */
  answered: boolean;
}

/** What the loop of one app remembers. All of it can be lost: it is found again in the engine. */
export interface AppState {
  readonly app: AppId;
  readonly dynos: Map<DynoId, WatchedDyno>;
  /** One-offs and release phases: shown, not reconciled. */
  guests: readonly EngineDyno[];
  /** Guests that were told to go. */
  readonly dismissed: Set<DynoId>;
  readonly launches: Map<DynoId, Launch>;
  /** Launches that the engine has answered, until they are seen. */
  readonly launched: Set<DynoId>;
  readonly crashes: Map<string, Crash>;
  readonly routes: RouteState;
}

export interface RouteState {
  served: readonly DynoId[] | null;
  routing: readonly DynoId[];
  /** What the router should know now: `served`, or `routing` while that is under way. */
  decided: readonly DynoId[];
  /** Of the table that was applied last. */
  key: string | null;
  underWay: boolean;
}

export function createAppState(app: AppId): AppState {
  return {
    app,
    dynos: new Map(),
    guests: [],
    dismissed: new Set(),
    launches: new Map(),
    launched: new Set(),
    crashes: new Map(),
    routes: { served: null, routing: [], decided: [], key: null, underWay: false },
  };
}

/** Drops what has ended, so that the list that is asked for next speaks the truth about the rest. */
export function forgetEnded(state: AppState): void {
  for (const [id, { phase }] of state.dynos) if (phase === 'gone') state.dynos.delete(id);
  for (const [id, { answered }] of state.launches) {
    if (!answered) continue;
    state.launches.delete(id);
    state.launched.add(id);
  }
}

/** The state as the plan wants to see it. */
export function runningOf(state: AppState): Running {
  return {
    dynos: [...state.dynos.values()].flatMap(toRunning),
    launching: [...state.launches.values()],
    crashes: state.crashes,
    served: state.routes.served,
    routing: state.routes.routing,
  };
}

function toRunning({ seen, phase, deadline, outdated }: WatchedDyno): readonly RunningDyno[] {
  if (!isPhase(phase)) return [];
  const { dyno, release, type, index, size, startedAt } = seen;
  return [{ dyno, release, type, index, size, startedAt, phase, deadline, outdated }];
}

export function isWatchedAlive({ phase }: WatchedDyno): boolean {
  return isPhase(phase) && isAlive({ phase });
}

function isPhase(phase: WatchedDyno['phase']): phase is Phase {
  return phase !== 'counted' && phase !== 'clearing' && phase !== 'gone';
}
