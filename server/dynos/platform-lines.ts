import { formatErrorCode } from '../domain/error-codes.ts';
import type { DynoExit } from './engine.ts';
import type { CrashCause } from './crash.ts';

/** Heroku's words for what the platform does with a dyno, as heroku[web.1] lines. */
export const PLATFORM_LINES = {
  starting: (command: string) => `Starting process with command \`${command}\``,
  retrying: 'State changed from crashed to starting',
  up: 'State changed from starting to up',
  stopping: 'Stopping all processes with SIGTERM',
} as const;

/** The lines about a dyno that was told to stop, once it has. */
export function stopLines(
  { exit, forced }: { readonly exit: DynoExit; readonly forced: boolean },
  timeout: number,
): readonly string[] {
  if (!forced) return [exited(exit)];
  return [
    formatErrorCode(
      'R12',
      `At least one process failed to exit within ${String(timeout)} seconds of SIGTERM`,
    ),
    'Stopping remaining processes with SIGKILL',
    exited(exit),
  ];
}

function exited({ code }: DynoExit): string {
  return `Process exited with status ${String(code)}`;
}

/** The lines about a dyno that a crash ended. */
export function crashLines(cause: CrashCause): readonly string[] {
  switch (cause.kind) {
    case 'exit':
      return [
        ...(cause.exit.outOfMemory ? [formatErrorCode('R15')] : []),
        exited(cause.exit),
        crashedFrom(cause.wasUp ? 'up' : 'starting'),
      ];
    case 'boot-timeout':
      return [
        formatErrorCode(
          'R10',
          `Web process failed to bind to $PORT within ${String(cause.timeout)} seconds of launch`,
        ),
        'Stopping process with SIGKILL',
        'Process exited with status 137',
        crashedFrom('starting'),
      ];
    case 'refused':
      return [cause.reason, crashedFrom('starting')];
    case 'vanished':
      return ['Process was removed from outside', crashedFrom('up')];
  }
}

function crashedFrom(state: 'starting' | 'up'): string {
  return `State changed from ${state} to crashed`;
}
