import { setTimeout } from 'node:timers/promises';
import type { DynoId } from '../domain/ids.ts';
import type { DynoOutput, Engine } from './engine.ts';

/** How far the output of each dyno has been read; kept beyond the life of the server. */
export interface Cursors {
  read(dyno: DynoId): string | null;
  write(dyno: DynoId, cursor: string): void;
  /** The dyno is gone for good. */
  forget(dyno: DynoId): void;
}

/** A dyno's output on its way into the log. */
export interface Output {
  /** The last lines, oldest first. */
  tail(): readonly string[];
  /** Resolves when the dyno has ended and all it wrote was read, or after `patience` seconds. */
  drained(patience: number): Promise<void>;
  close(): void;
}

export interface OutputDependencies {
  readonly engine: Pick<Engine, 'logs'>;
  readonly cursors: Cursors;
  readonly warn: (error: unknown, message: string) => void;
}

/** Lines kept for telling why a release failed. */
const TAIL = 20;
/** Milliseconds before a broken stream is opened again. */
const RETRY = 1000;

/** Reads a dyno's output from where it was left, each line once. */
export function followOutput(
  dyno: DynoId,
  { engine, cursors, warn }: OutputDependencies,
  write: (line: DynoOutput) => void,
): Output {
  const closing = new AbortController();
  const tail: string[] = [];
  const isClosed = (): boolean => closing.signal.aborted;

  async function read(): Promise<void> {
    for await (const line of engine.logs(dyno, cursors.read(dyno), closing.signal)) {
      if (isClosed()) return;
      write(line);
      cursors.write(dyno, line.cursor);
      if (tail.push(line.text) > TAIL) tail.shift();
    }
  }

  async function readAll(): Promise<void> {
    while (!isClosed()) {
      try {
        await read();
        return;
      } catch (error) {
        if (isClosed()) return;
        warn(error, `The output of dyno ${dyno} could not be read; trying again.`);
        await setTimeout(RETRY, undefined, { signal: closing.signal }).catch(() => undefined);
      }
    }
  }

  const done = readAll();
  return {
    tail: () => tail,
    async drained(patience) {
      const timer = new AbortController();
      const limit = setTimeout(patience * 1000, undefined, { signal: timer.signal });
      await Promise.race([done, limit.catch(() => undefined)]);
      timer.abort();
    },
    close() {
      closing.abort();
    },
  };
}
