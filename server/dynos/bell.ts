/** Wakes whoever waits for "something has changed"; who waits looks at the state himself. */
export interface Bell {
  ring(): void;
  /** Resolves at the next ring, or when the signal fires. */
  heard(signal?: AbortSignal): Promise<void>;
}

export function createBell(): Bell {
  let waiting = Promise.withResolvers<undefined>();
  return {
    ring() {
      const rung = waiting;
      waiting = Promise.withResolvers();
      rung.resolve(undefined);
    },
    async heard(signal) {
      if (!signal) return waiting.promise;
      if (signal.aborted) return;
      const aborted = Promise.withResolvers<undefined>();
      const abort = (): void => {
        aborted.resolve(undefined);
      };
      signal.addEventListener('abort', abort, { once: true });
      await Promise.race([waiting.promise, aborted.promise]);
      signal.removeEventListener('abort', abort);
    },
  };
}
