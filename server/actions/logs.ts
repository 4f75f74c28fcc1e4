import type { Actor } from '../domain/account.ts';
import type { LogFilter, LogLine } from '../domain/log-line.ts';
import type { Logs } from '../logs/logs.ts';
import type { Access } from './access.ts';

export type LogActions = ReturnType<typeof createLogActions>;

export function createLogActions({
  access,
  logs,
}: {
  readonly access: Access;
  readonly logs: Logs;
}) {
  return {
    /** The last `lines` that match. */
    tail(
      actor: Actor,
      name: string,
      wish: { lines: number; filter: LogFilter },
    ): Promise<readonly LogLine[]> {
      return logs.tail(access.app(actor, name, 'view').id, wish);
    },

    /** The last `lines`, then live until the signal fires. */
    follow(
      actor: Actor,
      name: string,
      wish: { lines: number; filter: LogFilter; signal: AbortSignal },
    ): AsyncIterable<LogLine> {
      return logs.follow(access.app(actor, name, 'view').id, wish);
    },
  };
}
