import { appendFileSync, mkdirSync, readdirSync, rmSync, statSync } from 'node:fs';
import { open, readdir } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * A build's output on disk: numbered files in one folder, of which the last two are kept. The newest text is there
 * whole, the oldest goes in halves of the limit.
 */
export interface Segment {
  readonly number: number;
  readonly size: number;
}

/** Where a reader is. */
export interface Position {
  readonly segment: number;
  readonly offset: number;
}

export const BEGINNING: Position = { segment: 0, offset: 0 };

const CHUNK = 256 * 1024;

/** The segment that is written to, after a restart as well. */
export function lastSegment(folder: string): Segment {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const number = numbers(readdirSync(folder)).at(-1);
  if (number === undefined) return { number: 0, size: 0 };
  return { number, size: statSync(segmentPath(folder, number)).size };
}

/** Appends and returns the segment as it is then; begins a new one where this one would outgrow half of the limit. */
export function appendToSegment(
  folder: string,
  segment: Segment,
  write: { readonly text: Uint8Array; readonly limit: number },
): Segment {
  const full = segment.size > 0 && segment.size + write.text.length > write.limit / 2;
  const target = full ? { number: segment.number + 1, size: 0 } : segment;
  if (full) rmSync(segmentPath(folder, target.number - 2), { force: true });
  appendFileSync(segmentPath(folder, target.number), write.text, { mode: 0o600 });
  return { number: target.number, size: target.size + write.text.length };
}

/** The next piece of text, or null when there is no more for now. */
export async function readFrom(
  folder: string,
  position: Position,
): Promise<{ readonly text: Buffer; readonly next: Position } | null> {
  const kept = numbers(await readdir(folder).catch(noneYet));
  const [oldest] = kept;
  if (oldest === undefined) return null;
  if (position.segment < oldest) {
    return { text: TRUNCATED, next: { segment: oldest, offset: 0 } };
  }
  const text = await readPiece(segmentPath(folder, position.segment), position.offset);
  // removed since it was listed: list again
  if (text === null) return readFrom(folder, position);
  if (text.length > 0) {
    return { text, next: { ...position, offset: position.offset + text.length } };
  }
  if (!kept.includes(position.segment + 1)) return null;
  return readFrom(folder, { segment: position.segment + 1, offset: 0 });
}

const TRUNCATED = Buffer.from(
  ' !     The beginning of this output is gone: only its newest part is kept.\n',
);

async function readPiece(path: string, offset: number): Promise<Buffer | null> {
  try {
    await using file = await open(path, 'r');
    const { buffer, bytesRead } = await file.read(Buffer.allocUnsafe(CHUNK), 0, CHUNK, offset);
    return buffer.subarray(0, bytesRead);
  } catch (error) {
    if (isMissing(error)) return null;
    throw error;
  }
}

function numbers(names: readonly string[]): number[] {
  return names
    .filter((name) => name.endsWith(SUFFIX))
    .map((name) => Number.parseInt(name, 10))
    .sort((one, other) => one - other);
}

const SUFFIX = '.log';

function segmentPath(folder: string, number: number): string {
  return join(folder, `${String(number)}${SUFFIX}`);
}

function noneYet(error: unknown): string[] {
  if (isMissing(error)) return [];
  throw error;
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT';
}
