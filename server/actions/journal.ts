import type { AppId } from '../domain/ids.ts';
import type { LogLine } from '../domain/log-line.ts';

/** `app[api]` lines: what people and the platform did to an app. */
export interface Journal {
  say(app: AppId, text: string): void;
}

export function createJournal(write: (line: LogLine) => void, now: () => Date): Journal {
  return {
    say(appId, text) {
      write({ appId, time: now(), source: 'app', dyno: 'api', text });
    },
  };
}
