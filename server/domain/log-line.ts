import type { AppId } from './ids.ts';

/** `app` lines come from dynos and, as app[api], from what people did; `heroku` lines from the platform. */
export type LogSource = 'app' | 'heroku';

export interface LogLine {
  readonly appId: AppId;
  readonly time: Date;
  readonly source: LogSource;
  /** `web.1`, `router`, `api`, `run.1234`. */
  readonly dyno: string;
  readonly text: string;
}

/** Bytes; longer lines are cut into pieces of this length (Dev Center, logging). */
export const LOG_LINE_LIMIT = 10_000;

/** `2026-11-21T01:02:03.456000+00:00 app[web.1]: text`. */
export function formatLogLine(line: LogLine): string {
  const time = line.time.toISOString().replace('Z', '000+00:00');
  return `${time} ${line.source}[${line.dyno}]: ${line.text}`;
}

/** What to show of a stream: a source, a dyno (`web.1`), a process type (`web`) or `router`, `api`. */
export interface LogFilter {
  readonly source?: LogSource;
  readonly dyno?: string;
}

export function matchesFilter(line: LogLine, filter: LogFilter): boolean {
  if (filter.source !== undefined && line.source !== filter.source) return false;
  if (filter.dyno === undefined) return true;
  return line.dyno === filter.dyno || line.dyno.startsWith(`${filter.dyno}.`);
}

/** Pieces of at most LOG_LINE_LIMIT bytes, no character torn. */
export function cutLogText(text: string): readonly string[] {
  const bytes = Buffer.from(text);
  if (bytes.length <= LOG_LINE_LIMIT) return [text];
  const pieces: string[] = [];
  for (let start = 0; start < bytes.length;) {
    const end = characterBoundary(bytes, Math.min(start + LOG_LINE_LIMIT, bytes.length));
    pieces.push(bytes.toString('utf8', start, end));
    start = end;
  }
  return pieces;
}

/** The last start of a UTF-8 character at or before `at`. */
function characterBoundary(bytes: Buffer, at: number): number {
  let end = at;
  while (end < bytes.length && ((bytes[end] ?? 0) & 0xc0) === 0x80) end -= 1;
  return end;
}
