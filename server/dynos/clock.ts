/** Time, so that tests can hold it in their hands. */
export interface Clock {
  now(): Date;
  /** Runs once at that time or soon after; the returned function calls it off. */
  at(time: Date, run: () => void): () => void;
}

/** setTimeout can wait 24.8 days at most; who waits longer looks again in between. */
const LONGEST = 2 ** 31 - 1;

export const systemClock: Clock = {
  now: () => new Date(),
  at(time, run) {
    const wait = Math.min(Math.max(0, time.getTime() - Date.now()), LONGEST);
    const timer = setTimeout(run, wait);
    return () => {
      clearTimeout(timer);
    };
  },
};

export function secondsAfter(time: Date, seconds: number): Date {
  return new Date(time.getTime() + seconds * 1000);
}

export function secondsBetween(from: Date, to: Date): number {
  return (to.getTime() - from.getTime()) / 1000;
}
