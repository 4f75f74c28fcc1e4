import { dynoName, type DynoLabels } from '../domain/dyno.ts';
import { PlatformError } from '../domain/errors.ts';
import { createId, type DynoId } from '../domain/ids.ts';
import type { Release } from '../domain/release.ts';
import type { AppState, Launch } from './app-state.ts';
import type { Chronicle } from './chronicle.ts';
import { placeOf, slotKey } from './crash.ts';
import type { ReconcilerDependencies } from './dependencies.ts';
import type { Gate } from './gate.ts';
import { PLATFORM_LINES } from './platform-lines.ts';
import type { Start } from './plan-slots.ts';
import type { RunnableRelease, WantedApp } from './wanted.ts';

export interface LauncherDependencies extends ReconcilerDependencies {
  readonly state: AppState;
  readonly chronicle: Chronicle;
  readonly gate: Gate;
  /** Fires when nothing may be started any more. */
  readonly closing: AbortSignal;
}

/** Starts a dyno in its turn; a refusal counts as a crash, an engine that is away is an error. */
export type Launcher = (start: Start) => Promise<void>;

export function createLauncher(deps: LauncherDependencies): Launcher {
  const { state, chronicle, engine, clock } = deps;

  async function enter(launch: Launch, { release, slug }: RunnableRelease): Promise<void> {
    if (deps.closing.aborted || !isWanted(release, deps.wanted(state.app))) return;
    const labels = labelsOf(launch, state);
    const { env } = deps.launch(release, labels);
    const { command } = launch;
    const again = state.crashes.has(slotKey(launch)) ? [PLATFORM_LINES.retrying] : [];
    chronicle.say(launch, [...again, PLATFORM_LINES.starting(command)]);
    await engine.start({ ...labels, command, slug: slug.sha256, env });
  }

  function refuse(launch: Launch, error: unknown): void {
    const reason = refusal(error);
    if (reason === null) throw error;
    if (!(error instanceof PlatformError)) deps.warn(error, `${dynoName(launch)} did not start.`);
    const cause = { kind: 'refused', reason } as const;
    chronicle.crashed({ ...placeOf(launch), cause, output: [] }, null);
  }

  return async (start) => {
    const launch = createLaunch(start, clock.now());
    state.launches.set(launch.dyno, launch);
    try {
      await deps.gate(() => enter(launch, start.runnable));
    } catch (error) {
      refuse(launch, error);
    } finally {
      launch.answered = true;
    }
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

function labelsOf(launch: Launch, { app }: AppState): DynoLabels {
  const { dyno, release, version, type, index, size } = launch;
  return { app, release, version, type, index, dyno, role: 'formation', size };
}

function isWanted({ id }: Release, wanted: WantedApp | null): boolean {
  return wanted?.current?.release.id === id || wanted?.candidate?.release.id === id;
}

/** Why it could not be started; null when that is not the dyno's fault and will pass. */
function refusal(error: unknown): string | null {
  if (!(error instanceof PlatformError)) return 'something went wrong inside the platform.';
  return error.id === 'unavailable' ? null : error.message;
}
