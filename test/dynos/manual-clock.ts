import type { Clock } from '../../server/dynos/clock.ts';

export interface ManualClock extends Clock {
  /** Moves time on and runs what falls due, in order. */
  advance(seconds: number): void;
}

export function createManualClock(start = new Date('2026-11-21T10:00:00Z')): ManualClock {
  let now = start.getTime();
  const due = new Map<symbol, { readonly time: number; readonly run: () => void }>();

  function next(until: number): symbol | undefined {
    return [...due.entries()]
      .filter(([, { time }]) => time <= until)
      .sort(([, one], [, other]) => one.time - other.time)[0]?.[0];
  }

  return {
    now: () => new Date(now),
    at(time, run) {
      const key = Symbol('alarm');
      due.set(key, { time: time.getTime(), run });
      return () => due.delete(key);
    },
    advance(seconds) {
      const until = now + seconds * 1000;
      for (let key = next(until); key; key = next(until)) {
        const alarm = due.get(key);
        due.delete(key);
        now = Math.max(now, alarm?.time ?? now);
        alarm?.run();
      }
      now = until;
    },
  };
}
