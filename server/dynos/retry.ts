import { secondsAfter, type Clock } from './clock.ts';

/** Tries again after failures, ever later, with one try pending at most. */
export interface Retry {
  /** Something failed. */
  later(): void;
  isPending(): boolean;
  /** All is well: the next failure is tried again soon. */
  reset(): void;
  cancel(): void;
}

/** In seconds; doubled each time up to the longest. */
const FIRST = 0.5;
const LONGEST = 30;

export function createRetry(clock: Clock, again: () => void): Retry {
  let failures = 0;
  let callOff: (() => void) | null = null;
  return {
    later() {
      if (callOff) return;
      const wait = Math.min(FIRST * 2 ** failures, LONGEST);
      failures += 1;
      callOff = clock.at(secondsAfter(clock.now(), wait), () => {
        callOff = null;
        again();
      });
    },
    isPending: () => callOff !== null,
    reset() {
      failures = 0;
    },
    cancel() {
      callOff?.();
      callOff = null;
    },
  };
}
