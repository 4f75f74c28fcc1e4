import { dynoName, type DynoStatus } from '../domain/dyno.ts';
import type { AppState, Launch, WatchedDyno } from './app-state.ts';
import { slotKey, type Crash } from './crash.ts';
import type { EngineDyno } from './engine.ts';
import { slotsOf, type RunnableRelease, type Slot, type WantedApp } from './wanted.ts';

/** One row for each place of the formation, dynos that leave hidden, then the one-offs. */
export function statusOf(wanted: WantedApp, state: AppState): readonly DynoStatus[] {
  const releases = [wanted.current, wanted.candidate].filter((one) => one !== null);
  const slots = new Map(
    releases
      .flatMap((one) => slotsOf(one, wanted.formation))
      .map((slot) => [dynoName(slot), slot] as const),
  );
  return [
    ...[...slots.values()].flatMap((slot) => slotStatus(slot, releases, state)),
    ...state.guests.filter(({ exit }) => exit === null).map(guestStatus),
  ];
}

function slotStatus(
  slot: Slot,
  releases: readonly RunnableRelease[],
  state: AppState,
): readonly DynoStatus[] {
  const isHere = (dyno: Slot): boolean => dyno.type === slot.type && dyno.index === slot.index;
  const [dyno] = [...state.dynos.values()]
    .filter(({ seen, phase }) => isHere(seen) && ['starting', 'up', 'ended'].includes(phase))
    .sort(byInterest);
  const crash = releases
    .map(({ release }) => state.crashes.get(slotKey({ ...slot, release: release.id })))
    .find((found) => found !== undefined);
  if (dyno) return [dynoStatus(dyno, crash)];
  const launch = [...state.launches.values()].find(isHere);
  if (launch) return [launchStatus(launch, crash)];
  const release = releases.find((one) => one.release.id === crash?.release)?.release;
  return crash && release ? [crashStatus(crash, release.version)] : [];
}

function byInterest(one: WatchedDyno, other: WatchedDyno): number {
  const rank = ({ phase }: WatchedDyno): number => ['up', 'starting', 'ended'].indexOf(phase);
  return rank(one) - rank(other) || other.seen.startedAt.getTime() - one.seen.startedAt.getTime();
}

function dynoStatus({ seen, phase, upSince }: WatchedDyno, crash: Crash | undefined): DynoStatus {
  const state = phase === 'up' ? 'up' : phase === 'starting' ? 'starting' : 'crashed';
  return {
    ...described(seen),
    state: seen.paused && state === 'up' ? 'idle' : state,
    since: seen.exit?.at ?? upSince ?? seen.startedAt,
    version: seen.version,
    nextTry: null,
    restarts: crash?.crashes ?? 0,
  };
}

function launchStatus(launch: Launch, crash: Crash | undefined): DynoStatus {
  return {
    ...described(launch),
    state: 'starting',
    since: launch.at,
    version: launch.version,
    nextTry: null,
    restarts: crash?.crashes ?? 0,
  };
}

function crashStatus(crash: Crash, version: number): DynoStatus {
  return {
    ...described(crash),
    state: 'crashed',
    since: crash.at,
    version,
    nextTry: crash.nextTry,
    restarts: crash.crashes - 1,
  };
}

function guestStatus(seen: EngineDyno): DynoStatus {
  return {
    ...described(seen),
    state: 'up',
    since: seen.startedAt,
    version: seen.version,
    nextTry: null,
    restarts: 0,
  };
}

function described(
  dyno: Pick<EngineDyno, 'dyno' | 'type' | 'index' | 'size' | 'command'>,
): Pick<DynoStatus, 'id' | 'name' | 'type' | 'index' | 'size' | 'command'> {
  const { type, index, size, command } = dyno;
  return { id: dyno.dyno, name: dynoName(dyno), type, index, size, command };
}
