import { isWatchedAlive, type AppState } from './app-state.ts';
import type { DynoLife } from './dyno-life.ts';
import type { EngineDyno } from './engine.ts';
import { accepts } from './probe.ts';
import { WEB } from './wanted.ts';

/** Takes in what the engine says of an app: dynos to adopt, dynos that ended, dynos that are gone. */
export interface Observer {
  observe(listed: readonly EngineDyno[]): Promise<void>;
}

export interface ObserverDependencies {
  readonly state: AppState;
  readonly life: DynoLife;
  /** Does it beside the loop. */
  readonly run: (work: () => Promise<void>) => void;
  /** Fires when nobody may be adopted any more. */
  readonly closing: AbortSignal;
}

export function createObserver({ state, life, run, closing }: ObserverDependencies): Observer {
  async function welcome(seen: EngineDyno): Promise<void> {
    const isOurs = state.launches.has(seen.dyno) || state.launched.has(seen.dyno);
    const isUp = !isOurs && (await isFoundUp(seen));
    if (closing.aborted) return;
    const dyno = life.watch(seen, isUp);
    state.dynos.set(seen.dyno, dyno);
    if (dyno.phase === 'starting' && !seen.exit) run(() => life.boot(dyno));
  }

  function notice(formation: readonly EngineDyno[]): void {
    const present = new Map(formation.map((seen) => [seen.dyno, seen]));
    for (const [id, dyno] of state.dynos) {
      dyno.seen = present.get(id) ?? dyno.seen;
      const { exit } = dyno.seen;
      if (dyno.phase === 'counted') run(() => life.clear(dyno));
      if (!isWatchedAlive(dyno)) continue;
      if (!present.has(id)) life.vanish(dyno);
      else if (exit) run(() => life.count(dyno, exit));
    }
  }

  return {
    async observe(listed) {
      state.guests = listed.filter(({ role }) => role !== 'formation');
      const formation = listed.filter(({ role }) => role === 'formation');
      await Promise.all(formation.filter(({ dyno }) => !state.dynos.has(dyno)).map(welcome));
      if (closing.aborted) return;
      state.launched.clear();
      notice(formation);
    },
  };
}

/** A web dyno that was there before us is up when it answers; any other is up at once. */
async function isFoundUp({ type, endpoint, exit }: EngineDyno): Promise<boolean> {
  if (exit) return true;
  return type !== WEB || (endpoint !== null && (await accepts(endpoint)));
}
