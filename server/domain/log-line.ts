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
