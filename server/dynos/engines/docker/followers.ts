import { setTimeout } from 'node:timers/promises';
import type { DynoId } from '../../../domain/ids.ts';

/** Who reads the output of which dyno at the moment. */
export interface Followers {
  /** Hands on what it is given, and counts as a follower of the dyno while somebody reads it. */
  follow<T>(dyno: DynoId, items: AsyncIterable<T>): AsyncGenerator<T>;
  /** Resolves once nobody reads any more, or after so many seconds: a reader may have stalled. */
  drained(dyno: DynoId, seconds: number): Promise<void>;
}

export function createFollowers(): Followers {
  const reading = new Map<DynoId, Set<Promise<void>>>();

  function enter(dyno: DynoId): () => void {
    const { promise, resolve } = Promise.withResolvers<undefined>();
    const readers = reading.get(dyno) ?? new Set();
    reading.set(dyno, readers.add(promise));
    return () => {
      readers.delete(promise);
      if (readers.size === 0 && reading.get(dyno) === readers) reading.delete(dyno);
      resolve(undefined);
    };
  }

  return {
    async *follow(dyno, items) {
      const leave = enter(dyno);
      try {
        yield* items;
      } finally {
        leave();
      }
    },
    async drained(dyno, seconds) {
      const readers = [...(reading.get(dyno) ?? [])];
      if (readers.length === 0) return;
      const timer = new AbortController();
      const late = setTimeout(seconds * 1000, undefined, { signal: timer.signal });
      await Promise.race([Promise.all(readers), late.catch(() => undefined)]);
      timer.abort();
    },
  };
}
