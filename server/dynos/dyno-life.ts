import { dynoName, type DynoLabels } from '../domain/dyno.ts';
import { PlatformError } from '../domain/errors.ts';
import { createId, type DynoId } from '../domain/ids.ts';
import type { Release } from '../domain/release.ts';
import type { AppState, Launch, WatchedDyno } from './app-state.ts';
import { backOff } from './back-off.ts';
import { secondsAfter, secondsBetween } from './clock.ts';
import { slotKey, type Crash, type CrashCause, type FormationDyno } from './crash.ts';
import type { ReconcilerDependencies } from './dependencies.ts';
import type { DynoExit, Engine, EngineDyno } from './engine.ts';
import type { Gate } from './gate.ts';
import { followOutput } from './output.ts';
import { crashLines, PLATFORM_LINES } from './platform-lines.ts';
import type { Start } from './plan-slots.ts';
import { acceptsAtLast } from './probe.ts';
import { WEB, type RunnableRelease, type WantedApp } from './wanted.ts';

/** What can be done with one dyno of an app. Each resolves when it is done, and throws when it could not be. */
export interface DynoLife {
  start(start: Start): Promise<void>;
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
  readonly gate: Gate;
  /** Fires when nothing may be started any more. */
  readonly closing: AbortSignal;
}

/** Seconds that the last lines of an ended dyno are waited for. */
const DRAIN = 5;

export function createDynoLife(deps: DynoLifeDependencies): DynoLife {
  const { state, engine, clock, timing } = deps;

  function say(dyno: Pick<FormationDyno, 'type' | 'index'>, ...texts: readonly string[]): void {
    for (const text of texts) {
      const line = { appId: state.app, time: clock.now(), dyno: dynoName(dyno), text };
      deps.log({ ...line, source: 'heroku' });
    }
  }

  function markUp(dyno: WatchedDyno): void {
    dyno.phase = 'up';
    dyno.upSince = clock.now();
    say(dyno.seen, PLATFORM_LINES.up);
  }

  function record(crash: Omit<Crash, 'at' | 'crashes' | 'nextTry'>, upSince: Date | null): void {
    const at = clock.now();
    const key = slotKey(crash);
    const upSeconds = upSince ? secondsBetween(upSince, at) : 0;
    const tries = backOff(state.crashes.get(key), { at, upSeconds }, timing);
    state.crashes.set(key, { ...crash, at, ...tries });
    say(crash, ...crashLines(crash.cause));
  }

  function recordOf(dyno: WatchedDyno, cause: CrashCause): void {
    record({ ...placeOf(dyno.seen), cause, output: dyno.output.tail() }, dyno.upSince);
  }

  async function enter(launch: Launch, { release, slug }: RunnableRelease): Promise<void> {
    if (deps.closing.aborted || !isWanted(release, deps.wanted(state.app))) return;
    const { dyno, type, index, size, command, version } = launch;
    const place = { app: state.app, release: release.id, version, type, index, dyno, size };
    const labels: DynoLabels = { ...place, role: 'formation' };
    if (state.crashes.has(slotKey(launch))) say(launch, PLATFORM_LINES.retrying);
    say(launch, PLATFORM_LINES.starting(command));
    const { env } = deps.launch(release, labels);
    await engine.start({ ...labels, command, slug: slug.sha256, env });
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
    async start({ runnable, slot }) {
      const launch = createLaunch({ runnable, slot }, clock.now());
      state.launches.set(launch.dyno, launch);
      try {
        await deps.gate(() => enter(launch, runnable));
      } catch (error) {
        const reason = refusal(error);
        if (reason === null) throw error;
        record({ ...placeOf(launch), cause: { kind: 'refused', reason }, output: [] }, null);
        if (!(error instanceof PlatformError)) deps.warn(error, `${dynoName(slot)}: no start.`);
      } finally {
        launch.answered = true;
      }
    },
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
        say(dyno.seen, PLATFORM_LINES.stopping);
        const result = await engine.stop(dyno.seen.dyno, timing.stopTimeout);
        await drain(dyno);
        if (result) say(dyno.seen, ...stopLines(result, timing.stopTimeout));
        bury(dyno);
      }),
    count: (dyno, exit) =>
      during(dyno, 'ended', async () => {
        dyno.probing.abort();
        await drain(dyno);
        const lived = secondsBetween(dyno.seen.startedAt, exit.at);
        recordOf(dyno, { kind: 'exit', exit, lived, wasUp: dyno.upSince !== null });
        dyno.phase = 'counted';
      }),
    vanish(dyno) {
      dyno.probing.abort();
      recordOf(dyno, { kind: 'vanished' });
      bury(dyno);
    },
    killOverdue: (dyno) =>
      during(dyno, 'ended', async () => {
        const { endpoint } = dyno.seen;
        const probed = endpoint ? `${endpoint.address}:${String(endpoint.port)}` : 'its port';
        await engine.stop(dyno.seen.dyno, 0);
        await drain(dyno);
        recordOf(dyno, { kind: 'boot-timeout', timeout: timing.bootTimeout, probed });
        bury(dyno);
      }),
    clear: (dyno) =>
      during(dyno, 'clearing', async () => {
        await engine.stop(dyno.seen.dyno, 0);
        bury(dyno);
      }),
  };
}

function createLaunch({ runnable: { release }, slot }: Start, at: Date): Launch {
  return {
    ...slot,
    dyno: createId<DynoId>(),
    release: release.id,
    version: release.version,
    command: release.processTypes[slot.type] ?? '',
    at,
    answered: false,
  };
}

function isWanted({ id }: Release, wanted: WantedApp | null): boolean {
  return wanted?.current?.release.id === id || wanted?.candidate?.release.id === id;
}

/** Why it could not be started; null when that is not the dyno's fault and will pass. */
function refusal(error: unknown): string | null {
  if (!(error instanceof PlatformError)) return 'something went wrong inside the platform.';
  return error.id === 'unavailable' ? null : error.message;
}

type Place = FormationDyno & Pick<Crash, 'command'>;

function placeOf({ dyno, release, type, index, size, command }: Place): Place {
  return { dyno, release, type, index, size, command };
}

function stopLines(
  { exit, forced }: NonNullable<Awaited<ReturnType<Engine['stop']>>>,
  timeout: number,
): readonly string[] {
  const exited = PLATFORM_LINES.exited(exit);
  if (!forced) return [exited];
  return [PLATFORM_LINES.exitTimeout(timeout), PLATFORM_LINES.killing, exited];
}
