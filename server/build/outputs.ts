import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { BuildId } from '../domain/ids.ts';
import {
  appendToSegment,
  BEGINNING,
  lastSegment,
  readFrom,
  type Position,
  type Segment,
} from './output-segments.ts';

/** What builds print, for whoever watches now or reads later. */
export interface BuildOutputs {
  /** Text after the end is dropped. */
  append(build: BuildId, text: Uint8Array | string): void;
  /** Nothing follows; kept on disk, so that a restarted server can end what its forerunner left open. */
  end(build: BuildId): void;
  ended(build: BuildId): boolean;
  /** What there is now; the newest `limit` bytes of it, after a sentence that says so when some are gone. */
  read(build: BuildId): Promise<Buffer>;
  /** From the first byte, then live; ends after `end` or, without a word, with the signal. */
  follow(build: BuildId, signal: AbortSignal): AsyncGenerator<Buffer, void>;
}

export function createBuildOutputs({ dir, limit }: { dir: string; limit: number }): BuildOutputs {
  const writing = new Map<BuildId, Segment>();
  const bells = new Map<BuildId, Set<() => void>>();
  const folder = (build: BuildId): string => join(dir, build);
  const endMark = (build: BuildId): string => join(folder(build), 'end');
  const ended = (build: BuildId): boolean => existsSync(endMark(build));
  const ring = (build: BuildId): void => {
    for (const bell of bells.get(build) ?? []) bell();
  };

  async function* follow(build: BuildId, signal: AbortSignal): AsyncGenerator<Buffer, void> {
    const bell = createBell();
    using listening = new DisposableStack();
    listening.defer(listen(bells, build, bell.ring));
    listening.defer(listenOnce(signal, bell.ring));
    let position: Position = BEGINNING;
    while (!signal.aborted) {
      const last = ended(build);
      const piece = await readFrom(folder(build), position);
      if (piece) {
        position = piece.next;
        yield piece.text;
      } else if (last) return;
      else await bell.heard();
    }
  }

  return {
    append(build, text) {
      if (ended(build)) return;
      const segment = writing.get(build) ?? lastSegment(folder(build));
      writing.set(
        build,
        appendToSegment(folder(build), segment, { text: Buffer.from(text), limit }),
      );
      ring(build);
    },
    end(build) {
      mkdirSync(folder(build), { recursive: true, mode: 0o700 });
      writeFileSync(endMark(build), '');
      writing.delete(build);
      ring(build);
    },
    ended,
    async read(build) {
      const pieces: Buffer[] = [];
      let piece = await readFrom(folder(build), BEGINNING);
      while (piece) {
        pieces.push(piece.text);
        piece = await readFrom(folder(build), piece.next);
      }
      return Buffer.concat(pieces);
    },
    follow,
  };
}

/** Rung while nobody waits, it is heard at once: nothing that happens between two reads is missed. */
function createBell(): { ring: () => void; heard: () => Promise<void> } {
  let rung = false;
  let wake = (): void => undefined;
  return {
    ring() {
      rung = true;
      wake();
    },
    async heard() {
      if (!rung) await new Promise<void>((resolve) => (wake = resolve));
      rung = false;
    },
  };
}

type Stop = () => void;

function listen(bells: Map<BuildId, Set<() => void>>, build: BuildId, bell: () => void): Stop {
  const set = bells.get(build) ?? new Set();
  bells.set(build, set.add(bell));
  return () => {
    set.delete(bell);
    if (set.size === 0) bells.delete(build);
  };
}

function listenOnce(signal: AbortSignal, bell: () => void): Stop {
  signal.addEventListener('abort', bell);
  return () => {
    signal.removeEventListener('abort', bell);
  };
}
