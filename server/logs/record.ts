import type { AppId } from '../domain/ids.ts';
import type { LogLine } from '../domain/log-line.ts';

/** One line of a segment file: time, source, dyno and text, separated by tabs. */
export function serializeRecord(line: LogLine): string {
  const text = line.text.replaceAll(/\r?\n/g, ' ');
  return `${line.time.toISOString()}\t${line.source}\t${line.dyno}\t${text}\n`;
}

/** Undefined for what is no record, such as the rest of a torn one. */
export function parseRecord(appId: AppId, record: string): LogLine | undefined {
  const match = /^([^\t]+)\t(app|heroku)\t([^\t]+)\t(.*)$/s.exec(record);
  const [, stamp, source, dyno, text] = match ?? [];
  const time = new Date(stamp ?? '');
  if (
    source === undefined ||
    dyno === undefined ||
    text === undefined ||
    Number.isNaN(time.getTime())
  ) {
    return undefined;
  }
  return { appId, time, source: source === 'app' ? 'app' : 'heroku', dyno, text };
}
