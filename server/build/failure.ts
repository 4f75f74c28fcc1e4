import type { BuildFailure } from './task.ts';

/** How a build container ended. */
export interface Ending {
  /** Undefined: somebody removed it. */
  readonly exit: { readonly code: number; readonly memoryRanOut: boolean } | undefined;
  /** Why it was stopped before its end, if it was. */
  readonly stopped: 'cancelled' | 'late' | null;
  /** What the build itself gave as the reason. */
  readonly told: string | null;
}

export interface BuildLimits {
  /** MB of memory. */
  readonly memoryMb: number;
  /** Minutes from its start to its end. */
  readonly minutes: number;
}

/** Why the build failed, or null when it did not. */
export function explainFailure(ending: Ending, limits: BuildLimits): BuildFailure | null {
  const failure = reason(ending, limits);
  return failure === null ? null : { status: 'failed', failure };
}

function reason({ exit, stopped, told }: Ending, { memoryMb, minutes }: BuildLimits) {
  if (stopped === 'cancelled') return 'Build cancelled';
  if (stopped === 'late') {
    return `The build took longer than ${String(minutes)} minutes and was stopped.`;
  }
  if (!exit) return 'The build was stopped: its container was removed. Push again.';
  if (exit.code === 0) return null;
  if (exit.memoryRanOut) {
    return `The build needed more than its ${String(memoryMb)} MB of memory and was stopped.`;
  }
  return told ?? `The build ended with status ${String(exit.code)}.`;
}
