import { slotKey, type Crash } from './crash.ts';
import { slotsOf, type WantedApp } from './wanted.ts';

export interface BackOffRules {
  /** Seconds to wait after the first crash, the second, …; the last holds for all that follow. */
  readonly crashDelays: readonly number[];
  /** Seconds a dyno has to be up for its start to count as correct. */
  readonly steadySeconds: number;
}

/** Heroku's cool-off (Dev Center, dyno crash restart policy): at once, then 20, 40, 60, 180, 320 minutes. */
export const HEROKU_CRASH_DELAYS: readonly number[] = [0, 20, 40, 60, 180, 320].map((m) => m * 60);

export interface BackOff {
  readonly crashes: number;
  readonly nextTry: Date;
}

/** Counts a crash at `at` of a dyno that had been up for `upSeconds`. */
export function backOff(
  before: BackOff | undefined,
  { at, upSeconds }: { readonly at: Date; readonly upSeconds: number },
  rules: BackOffRules,
): BackOff {
  const crashes = upSeconds >= rules.steadySeconds ? 1 : (before?.crashes ?? 0) + 1;
  const delay = rules.crashDelays[crashes - 1] ?? rules.crashDelays.at(-1) ?? 0;
  return { crashes, nextTry: new Date(at.getTime() + delay * 1000) };
}

/** A back-off is over with the release, and with the place in the formation. */
export function pruneCrashes(crashes: Map<string, Crash>, wanted: WantedApp | null): void {
  const releases = [wanted?.current, wanted?.candidate].filter((one) => one != null);
  const keys = new Set(
    releases.flatMap((runnable) =>
      slotsOf(runnable, wanted?.formation ?? {}).map((slot) =>
        slotKey({ ...slot, release: runnable.release.id }),
      ),
    ),
  );
  for (const key of crashes.keys()) if (!keys.has(key)) crashes.delete(key);
}
