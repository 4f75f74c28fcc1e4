import { appendFile, mkdir, open, readdir, readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { AppId } from '../domain/ids.ts';
import { matchesFilter, type LogFilter, type LogLine } from '../domain/log-line.ts';
import { parseRecord, serializeRecord } from './record.ts';

interface Dependencies {
  readonly dir: string;
  readonly app: AppId;
  /** Bytes kept; the oldest tenth goes when they are used up. */
  readonly budget: number;
  warn(message: string, error: unknown): void;
}

interface ReadWish {
  readonly lines: number;
  readonly filter: LogFilter;
  /** Called at the exact place in the stream up to which the answer reaches. */
  then?(): void;
}

export type History = ReturnType<typeof createHistory>;

const SEGMENTS = 10;

/** One app's lines on disk: numbered segment files, the oldest removed when the budget is used up. */
export function createHistory({ dir, app, budget, warn }: Dependencies) {
  let waiting: string[] = [];
  let work: Promise<unknown> = Promise.resolve();
  let flushing = false;

  /** Runs after everything asked before. */
  function inTurn<T>(task: () => Promise<T>): Promise<T> {
    const result = work.then(task);
    work = result.catch(() => undefined);
    return result;
  }

  async function write(): Promise<void> {
    const batch = waiting.join('');
    waiting = [];
    flushing = false;
    if (batch === '') return;
    try {
      await append(batch);
    } catch (error) {
      warn(`log lines of app ${app} could not be written`, error);
    }
  }

  async function append(batch: string): Promise<void> {
    await mkdir(dir, { recursive: true, mode: 0o700 });
    const segments = await segmentsOf(dir);
    const newest = segments.at(-1) ?? 1;
    const size = await sizeOf(segmentPath(newest));
    const target = size > budget / SEGMENTS ? newest + 1 : newest;
    await appendFile(segmentPath(target), await mended(segmentPath(target), batch), {
      mode: 0o600,
    });
    for (const old of segments.filter((number) => number <= target - SEGMENTS)) {
      await rm(segmentPath(old), { force: true });
    }
  }

  const segmentPath = (number: number): string =>
    join(dir, `${String(number).padStart(8, '0')}.log`);

  /** The lines of one segment, newest last; a line torn by a crash is left out. */
  async function readSegment(number: number): Promise<LogLine[]> {
    const text = await readFile(segmentPath(number), 'utf8').catch(() => '');
    const complete = text.slice(0, text.lastIndexOf('\n') + 1);
    return complete.split('\n').flatMap((record) => parseRecord(app, record) ?? []);
  }

  async function readTail({ lines, filter }: ReadWish): Promise<readonly LogLine[]> {
    let found: LogLine[] = [];
    for (const number of (await segmentsOf(dir)).reverse()) {
      if (found.length >= lines) break;
      const matching = (await readSegment(number)).filter((line) => matchesFilter(line, filter));
      found = [...matching, ...found];
    }
    return lines === 0 ? [] : found.slice(-lines);
  }

  return {
    append(line: LogLine): void {
      waiting.push(serializeRecord(line));
      if (flushing) return;
      flushing = true;
      setImmediate(() => void inTurn(write));
    },

    /** The last matching lines of all that was appended before; `then` is called right behind the last of them. */
    read(wish: ReadWish): Promise<readonly LogLine[]> {
      return inTurn(async () => {
        wish.then?.();
        await write();
        return readTail(wish);
      });
    },

    flush(): Promise<void> {
      return inTurn(write);
    },

    remove(): Promise<void> {
      return inTurn(() => rm(dir, { recursive: true, force: true }));
    },
  };
}

async function segmentsOf(dir: string): Promise<number[]> {
  const names = await readdir(dir).catch(() => []);
  return names
    .flatMap((name) => (/^\d{8}\.log$/.test(name) ? [Number(name.slice(0, 8))] : []))
    .sort((a, b) => a - b);
}

async function sizeOf(path: string): Promise<number> {
  return stat(path).then(
    ({ size }) => size,
    () => 0,
  );
}

/** Starts on a line of its own where a crash has torn the last one. */
async function mended(path: string, batch: string): Promise<string> {
  const size = await sizeOf(path);
  if (size === 0) return batch;
  await using file = await open(path, 'r');
  const { buffer } = await file.read(Buffer.alloc(1), 0, 1, size - 1);
  return buffer[0] === 0x0a
    ? batch
    : `
${batch}`;
}
