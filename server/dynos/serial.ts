import { createBell } from './bell.ts';

/** Runs one piece of work again and again, never twice at once; requests made meanwhile become one. */
export interface Serial {
  again(): void;
  isQuiet(): boolean;
  /** Resolves when no run is under way or asked for. */
  quiet(): Promise<void>;
}

/** `work` deals with its own errors. */
export function createSerial(work: () => Promise<void>): Serial {
  const stopped = createBell();
  let running = false;
  let wanted = false;

  async function run(): Promise<void> {
    running = true;
    // let everything that happens at once become one look
    await Promise.resolve();
    while (wanted) {
      wanted = false;
      await work();
    }
    running = false;
    stopped.ring();
  }

  return {
    again() {
      wanted = true;
      if (!running) void run();
    },
    isQuiet: () => !running,
    async quiet() {
      while (running) await stopped.heard();
    },
  };
}
