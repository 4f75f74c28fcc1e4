import { dynoName } from '../domain/dyno.ts';
import type { AppState } from './app-state.ts';
import { backOff } from './back-off.ts';
import { secondsBetween } from './clock.ts';
import { slotKey, type Crash, type FormationDyno } from './crash.ts';
import type { ReconcilerDependencies } from './dependencies.ts';
import { crashLines } from './platform-lines.ts';

/** Tells the log what happens to an app's dynos, and remembers the crashes. */
export interface Chronicle {
  say(dyno: Pick<FormationDyno, 'type' | 'index'>, texts: readonly string[]): void;
  /** `upSince` is null when it never was up. */
  crashed(what: CrashReport, upSince: Date | null): void;
}

export type CrashReport = Omit<Crash, 'at' | 'crashes' | 'nextTry'>;

export interface ChronicleDependencies extends Pick<
  ReconcilerDependencies,
  'clock' | 'timing' | 'log'
> {
  readonly state: AppState;
}

export function createChronicle({ state, clock, timing, log }: ChronicleDependencies): Chronicle {
  const chronicle: Chronicle = {
    say(dyno, texts) {
      const common = { appId: state.app, source: 'heroku', dyno: dynoName(dyno) } as const;
      for (const text of texts) log({ ...common, time: clock.now(), text });
    },
    crashed(report, upSince) {
      const at = clock.now();
      const key = slotKey(report);
      const upSeconds = upSince ? secondsBetween(upSince, at) : 0;
      const tries = backOff(state.crashes.get(key), { at, upSeconds }, timing);
      state.crashes.set(key, { ...report, at, ...tries });
      chronicle.say(report, crashLines(report.cause));
    },
  };
  return chronicle;
}
