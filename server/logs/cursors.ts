import { readFileSync } from 'node:fs';
import { rename, writeFile } from 'node:fs/promises';
import type { DynoId } from '../domain/ids.ts';

/** How far each dyno's output was read, on disk soon after it is told: a restarted server goes on from there. */
export interface Cursors {
  read(dyno: DynoId): string | null;
  write(dyno: DynoId, cursor: string): void;
  forget(dyno: DynoId): void;
  /** Resolves when the file holds what was told so far. */
  flush(): Promise<void>;
}

interface Dependencies {
  readonly file: string;
  warn(message: string, error: unknown): void;
}

/** Milliseconds between two writes of the file: what a killed server may log twice. */
const PAUSE = 200;

export function createCursors({ file, warn }: Dependencies): Cursors {
  const cursors = readAll(file);
  let timer: NodeJS.Timeout | null = null;
  let writing: Promise<void> = Promise.resolve();

  async function save(): Promise<void> {
    timer = null;
    const text = JSON.stringify(Object.fromEntries(cursors));
    try {
      await writeFile(`${file}.new`, text, { mode: 0o600 });
      await rename(`${file}.new`, file);
    } catch (error) {
      warn('how far logs were read could not be written down', error);
    }
  }

  function flush(): Promise<void> {
    if (timer) clearTimeout(timer);
    writing = writing.then(save);
    return writing;
  }

  function soon(): void {
    timer ??= setTimeout(() => void flush(), PAUSE);
  }

  return {
    flush,
    read: (dyno) => cursors.get(dyno) ?? null,
    write(dyno, cursor) {
      cursors.set(dyno, cursor);
      soon();
    },
    forget(dyno) {
      cursors.delete(dyno);
      soon();
    },
  };
}

function readAll(file: string): Map<DynoId, string> {
  try {
    const stored = JSON.parse(readFileSync(file, 'utf8')) as Record<DynoId, string>;
    return new Map(Object.entries(stored) as [DynoId, string][]);
  } catch {
    return new Map();
  }
}
