import { dynoName } from '../domain/dyno.ts';
import { describeCrash, type Crash } from './crash.ts';
import type { ReconcilerDependencies } from './dependencies.ts';
import type { Verdict } from './plan-roll-out.ts';

export interface Settling {
  settle(verdict: Verdict): void;
}

/** Tells what became of a candidate; of a failed one also what its dyno wrote last. */
export function createSettling({
  settle,
  progress,
}: Pick<ReconcilerDependencies, 'settle' | 'progress'>): Settling {
  return {
    settle({ release, crash }) {
      if (!crash) {
        settle(release.id, { status: 'succeeded' });
        return;
      }
      for (const line of lastWords(crash)) progress(release, line);
      settle(release.id, { status: 'failed', failure: describeCrash(crash) });
    },
  };
}

function lastWords(crash: Crash): readonly string[] {
  if (crash.output.length === 0) return [`${dynoName(crash)} wrote nothing.`];
  return [`The last lines that ${dynoName(crash)} wrote:`, ...crash.output];
}
