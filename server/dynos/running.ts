import type { DynoId } from '../domain/ids.ts';
import type { Crash, FormationDyno } from './crash.ts';

/**
 * starting: not up yet. stopping: we ended it and it leaves. ended: it ended by itself and has not been
 * counted as a crash yet, which keeps its place taken.
 */
export type Phase = 'starting' | 'up' | 'stopping' | 'ended';

export interface RunningDyno extends FormationDyno {
  readonly phase: Phase;
  readonly startedAt: Date;
  /** When a web dyno that is still not up has failed to boot. */
  readonly deadline: Date;
  /** Somebody asked for a fresh one in its place. */
  readonly outdated: boolean;
}

export interface Running {
  readonly dynos: readonly RunningDyno[];
  /** Starts that are under way. */
  readonly launching: readonly Pick<FormationDyno, 'release' | 'type' | 'index'>[];
  /** By `slotKey`. */
  readonly crashes: ReadonlyMap<string, Crash>;
  /** Dynos in the table that the router has applied; null as long as nobody knows. */
  readonly served: readonly DynoId[] | null;
  /** Dynos in a table that is on its way to the router. */
  readonly routing: readonly DynoId[];
}

export function isAlive({ phase }: Pick<RunningDyno, 'phase'>): boolean {
  return phase === 'starting' || phase === 'up';
}
