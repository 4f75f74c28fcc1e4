import { formatErrorCode } from '../domain/error-codes.ts';
import type { AppId } from '../domain/ids.ts';
import { matchesFilter, type LogFilter, type LogLine } from '../domain/log-line.ts';

interface Dependencies {
  readonly app: AppId;
  readonly filter: LogFilter;
  readonly signal: AbortSignal;
  /** Lines held for a slow reader. */
  readonly capacity?: number;
}

/** One reader of the live stream. A slow one loses the oldest lines and is told how many (L11). */
export interface Session {
  offer(line: LogLine): void;
  lines(): AsyncIterable<LogLine>;
}

export function createSession({ app, filter, signal, capacity = 1024 }: Dependencies): Session {
  const waiting: LogLine[] = [];
  let dropped: { count: number; since: Date } | null = null;
  let wake = (): void => undefined;

  const take = (): LogLine[] => {
    const lines = waiting.splice(0);
    if (dropped) lines.unshift(overflow(app, dropped));
    dropped = null;
    return lines;
  };

  return {
    offer(line) {
      if (!matchesFilter(line, filter)) return;
      waiting.push(line);
      if (waiting.length > capacity) {
        const lost = waiting.shift();
        dropped = {
          count: (dropped?.count ?? 0) + 1,
          since: dropped?.since ?? lost?.time ?? line.time,
        };
      }
      wake();
    },

    async *lines() {
      const abort = (): void => {
        wake();
      };
      signal.addEventListener('abort', abort);
      try {
        while (!signal.aborted) {
          yield* take();
          await new Promise<void>((resolve) => {
            wake = resolve;
            if (signal.aborted || waiting.length > 0) resolve();
          });
        }
      } finally {
        signal.removeEventListener('abort', abort);
      }
    },
  };
}

function overflow(appId: AppId, { count, since }: { count: number; since: Date }): LogLine {
  const detail = `This tail session dropped ${count} messages since ${since.toISOString()}`;
  return {
    appId,
    time: new Date(),
    source: 'heroku',
    dyno: 'logplex',
    text: formatErrorCode('L11', detail),
  };
}
