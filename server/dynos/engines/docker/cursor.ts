import type { OutputLine } from '../../../docker/output.ts';

/** The last line that was read: its time, and how many lines of that very nanosecond were read. */
export interface Cursor {
  readonly time: string;
  readonly count: number;
}

/** `2026-11-21T01:02:03.000000004Z/1`. */
export function formatCursor({ time, count }: Cursor): string {
  return `${time}/${String(count)}`;
}

/** Null for what is no cursor: reading then begins at the first line. */
export function parseCursor(text: string | null): Cursor | null {
  const match = /^(\d{4}-\d\d-\d\dT[\d:.]+Z)\/(\d+)$/.exec(text ?? '');
  return match?.[1] === undefined ? null : { time: match[1], count: Number(match[2]) };
}

/**
 * The cursor behind each line, without the lines up to `after` when reading began at its time, inclusive. It never goes
 * back: the engine takes stdout and stderr apart, and may note a line after later ones of the other.
 */
export function createCursorCount(after: Cursor | null): (line: OutputLine) => Cursor | null {
  let last: Cursor = { time: after?.time ?? '', count: 0 };
  return ({ time }) => {
    if (after && time < after.time) return null;
    if (time < last.time) return last;
    last = { time, count: time === last.time ? last.count + 1 : 1 };
    return after?.time === time && last.count <= after.count ? null : last;
  };
}
