import { join } from 'node:path';
import type { AppId } from '../domain/ids.ts';
import { cutLogText, type LogFilter, type LogLine } from '../domain/log-line.ts';
import { createHistory, type History } from './history.ts';
import { createSession, type Session } from './session.ts';

export interface LogWish {
  /** How many lines of history come first. */
  readonly lines: number;
  readonly filter: LogFilter;
}

/** Every app's one stream: what is written is kept on disk, bounded, and shown live. */
export interface Logs {
  write(line: LogLine): void;
  /** The last lines that match, oldest first. */
  tail(app: AppId, wish: LogWish): Promise<readonly LogLine[]>;
  /** History, then live without gap or doubles, until the signal fires. */
  follow(app: AppId, wish: LogWish & { readonly signal: AbortSignal }): AsyncIterable<LogLine>;
  /** Removes an app's history. */
  forget(app: AppId): Promise<void>;
  /** Resolves when everything written so far is on disk. */
  flush(): Promise<void>;
}

interface Dependencies {
  readonly dir: string;
  /** Bytes kept per app. */
  readonly budget?: number;
  /** Told when history can't be written; live sessions go on. */
  warn(message: string, error: unknown): void;
}

interface Stream {
  readonly history: History;
  readonly sessions: Set<Session>;
}

const BUDGET = 10 * 1024 ** 2;

export function createLogs({ dir, budget = BUDGET, warn }: Dependencies): Logs {
  const streams = new Map<AppId, Stream>();

  const streamOf = (app: AppId): Stream => {
    const known = streams.get(app);
    if (known) return known;
    const stream = {
      history: createHistory({ dir: join(dir, app), app, budget, warn }),
      sessions: new Set<Session>(),
    };
    streams.set(app, stream);
    return stream;
  };

  return {
    write(line) {
      const { history, sessions } = streamOf(line.appId);
      for (const text of cutLogText(line.text)) {
        const piece = { ...line, text };
        history.append(piece);
        for (const session of sessions) session.offer(piece);
      }
    },

    tail(app, wish) {
      return streamOf(app).history.read(wish);
    },

    async *follow(app, { lines, filter, signal }) {
      const { history, sessions } = streamOf(app);
      const session = createSession({ app, filter, signal });
      try {
        yield* await history.read({ lines, filter, then: () => sessions.add(session) });
        yield* session.lines();
      } finally {
        sessions.delete(session);
      }
    },

    async forget(app) {
      const stream = streams.get(app) ?? streamOf(app);
      streams.delete(app);
      await stream.history.remove();
    },

    async flush() {
      await Promise.all([...streams.values()].map(({ history }) => history.flush()));
    },
  };
}
