import type { DynoLabels } from '../domain/dyno.ts';
import type { AppId, ReleaseId } from '../domain/ids.ts';
import type { LogLine } from '../domain/log-line.ts';
import type { Release, ReleaseOutcome } from '../domain/release.ts';
import type { BackOffRules } from './back-off.ts';
import type { Clock } from './clock.ts';
import type { Engine } from './engine.ts';
import type { Cursors } from './output.ts';
import type { PlanRules } from './plan-roll-out.ts';
import type { WantedApp } from './wanted.ts';

/** In seconds. */
export interface Timing extends PlanRules, BackOffRules {
  readonly bootTimeout: number;
  readonly stopTimeout: number;
}

/** Everything the reconciler asks of the rest of the house. */
export interface ReconcilerDependencies {
  readonly engine: Engine;
  readonly clock: Clock;
  readonly timing: Timing;
  /** How many dynos may be started at the same time, of all apps. */
  readonly startsAtOnce: number;
  readonly cursors: Cursors;
  /** Apps that exist. */
  readonly apps: () => readonly AppId[];
  /** Null when there is no such app (any more). */
  readonly wanted: (app: AppId) => WantedApp | null;
  /** Config vars and platform variables of a dyno about to start. */
  readonly launch: (
    release: Release,
    dyno: DynoLabels,
  ) => { readonly env: Readonly<Record<string, string>> };
  /** What became of a candidate; `wanted` tells another candidate, or none, from then on. */
  readonly settle: (release: ReleaseId, outcome: ReleaseOutcome) => void;
  /** A plain line for who waits for this release. */
  readonly progress: (release: Release, line: string) => void;
  /** Publishes the app's routes; resolves when the router has applied them. */
  readonly route: (app: AppId) => Promise<void>;
  readonly log: (line: LogLine) => void;
  readonly warn: (error: unknown, message: string) => void;
}
