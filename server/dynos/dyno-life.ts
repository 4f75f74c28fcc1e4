import { dynoName } from '../domain/dyno.ts';
import type { AppState, WatchedDyno } from './app-state.ts';
import type { Chronicle } from './chronicle.ts';
import { secondsAfter, secondsBetween } from './clock.ts';
import { placeOf, type CrashCause } from './crash.ts';
import type { ReconcilerDependencies } from './dependencies.ts';
import type { DynoExit, EngineDyno } from './engine.ts';
import { followOutput } from './output.ts';
import { PLATFORM_LINES, stopLines } from './platform-lines.ts';
import { acceptsAtLast } from './probe.ts';
import { WEB } from './wanted.ts';

/** What can be done with one dyno of an app. Each resolves when it is done, and throws when it could not be. */
export interface DynoLife {
  /** Begins to read its output; `isUp` says that it was found up. */
  watch(dyno: EngineDyno, isUp: boolean): WatchedDyno;
  /** Resolves when its port accepts, or when nobody waits for that any more. */
  boot(dyno: WatchedDyno): Promise<void>;
  stop(dyno: WatchedDyno): Promise<void>;
  /** It ended by itself. */
  count(dyno: WatchedDyno, exit: DynoExit): Promise<void>;
  vanish(dyno: WatchedDyno): void;
  /** Its time to boot is over. */
  killOverdue(dyno: WatchedDyno): Promise<void>;
  /** Removes what is left of a dyno that was counted. */
  clear(dyno: WatchedDyno): Promise<void>;
}

export interface DynoLifeDependencies extends ReconcilerDependencies {
  readonly state: AppState;
  readonly chronicle: Chronicle;
}

/** Seconds that the last lines of an ended dyno are waited for. */
const DRAIN = 5;

export function createDynoLife(deps: DynoLifeDependencies): DynoLife {
  const { state, chronicle, engine, clock, timing } = deps;

  function markUp(dyno: WatchedDyno): void {
    dyno.phase = 'up';
    dyno.upSince = clock.now();
    chronicle.say(dyno.seen, [PLATFORM_LINES.up]);
  }

  function crashed(dyno: WatchedDyno, cause: CrashCause): void {
    const output = dyno.output.tail();
    chronicle.crashed({ ...placeOf(dyno.seen), cause, output }, dyno.upSince);
  }

  async function drain(dyno: WatchedDyno): Promise<void> {
    await dyno.output.drained(DRAIN);
    dyno.output.close();
  }

  function bury(dyno: WatchedDyno): void {
    dyno.phase = 'gone';
    dyno.output.close();
    deps.cursors.forget(dyno.seen.dyno);
  }

  /** Runs in another phase, and is back in the old one when it fails. */
  async function during(
    dyno: WatchedDyno,
    phase: 'stopping' | 'ended' | 'clearing',
    work: () => Promise<void>,
  ): Promise<void> {
    const before = dyno.phase;
    dyno.phase = phase;
    try {
      await work();
      dyno.probing.abort();
    } catch (error) {
      dyno.phase = before;
      throw error;
    }
  }

  return {
    watch(seen, isUp) {
      const output = followOutput(seen.dyno, deps, ({ time, text }) => {
        deps.log({ appId: state.app, time, source: 'app', dyno: dynoName(seen), text });
      });
      const dyno: WatchedDyno = {
        seen,
        phase: isUp ? 'up' : 'starting',
        upSince: isUp ? seen.startedAt : null,
        deadline: secondsAfter(clock.now(), timing.bootTimeout),
        outdated: false,
        output,
        probing: new AbortController(),
      };
      if (!isUp && seen.type !== WEB && !seen.exit) markUp(dyno);
      return dyno;
    },
    async boot(dyno) {
      const { endpoint } = dyno.seen;
      if (endpoint && (await acceptsAtLast(endpoint, dyno.probing.signal))) {
        if (dyno.phase === 'starting') markUp(dyno);
      }
    },
    stop: (dyno) =>
      during(dyno, 'stopping', async () => {
        chronicle.say(dyno.seen, [PLATFORM_LINES.stopping]);
        const result = await engine.stop(dyno.seen.dyno, timing.stopTimeout);
        await drain(dyno);
        if (result) chronicle.say(dyno.seen, stopLines(result, timing.stopTimeout));
        bury(dyno);
      }),
    count: (dyno, exit) =>
      during(dyno, 'ended', async () => {
        dyno.probing.abort();
        await drain(dyno);
        const lived = secondsBetween(dyno.seen.startedAt, exit.at);
        crashed(dyno, { kind: 'exit', exit, lived, wasUp: dyno.upSince !== null });
        dyno.phase = 'counted';
      }),
    vanish(dyno) {
      dyno.probing.abort();
      crashed(dyno, { kind: 'vanished' });
      bury(dyno);
    },
    killOverdue: (dyno) =>
      during(dyno, 'ended', async () => {
        const { endpoint } = dyno.seen;
        const probed = endpoint ? `${endpoint.address}:${String(endpoint.port)}` : 'its port';
        await engine.stop(dyno.seen.dyno, 0);
        await drain(dyno);
        crashed(dyno, { kind: 'boot-timeout', timeout: timing.bootTimeout, probed });
        bury(dyno);
      }),
    clear: (dyno) =>
      during(dyno, 'clearing', async () => {
        await engine.stop(dyno.seen.dyno, 0);
        bury(dyno);
      }),
  };
}
