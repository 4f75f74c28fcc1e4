import type { ContainerInfo, ContainerInspectInfo } from 'dockerode';
import type { Labels } from './labels.ts';

export type ContainerState =
  'created' | 'running' | 'paused' | 'restarting' | 'removing' | 'exited' | 'dead';

/** A line of the engine's list. */
export interface Container {
  readonly id: string;
  readonly name: string;
  readonly labels: Labels;
  readonly state: ContainerState;
  /** To the second. */
  readonly createdAt: Date;
  /** Addresses by network name; empty ones are left out. */
  readonly addresses: Readonly<Record<string, string>>;
}

export interface ContainerExit {
  /** 128 + n when ended by signal n. */
  readonly code: number;
  /** The container itself was killed for want of memory, not only a child of it. */
  readonly outOfMemory: boolean;
  /** Something in it was killed for want of memory, perhaps only a child. */
  readonly memoryRanOut: boolean;
  readonly at: Date;
}

export interface ContainerDetails {
  readonly id: string;
  readonly name: string;
  readonly labels: Labels;
  readonly state: ContainerState;
  readonly startedAt: Date;
  /** Of its first process, as the host counts; 0 while it does not run. */
  readonly pid: number;
  /** Null until it has ended. */
  readonly exit: ContainerExit | null;
  readonly tty: boolean;
}

export function parseSummary(info: ContainerInfo): Container {
  return {
    id: info.Id,
    name: (info.Names[0] ?? '').replace(/^\//, ''),
    labels: info.Labels,
    state: info.State as ContainerState,
    createdAt: new Date(info.Created * 1000),
    addresses: addressesOf(info),
  };
}

function addressesOf(info: ContainerInfo): Record<string, string> {
  const networks = Object.entries(info.NetworkSettings.Networks);
  return Object.fromEntries(
    networks.flatMap(([name, { IPAddress }]) => (IPAddress ? [[name, IPAddress]] : [])),
  );
}

export function parseDetails(info: ContainerInspectInfo): ContainerDetails {
  return {
    id: info.Id,
    name: info.Name.replace(/^\//, ''),
    labels: info.Config.Labels,
    state: info.State.Status as ContainerState,
    startedAt: new Date(info.State.StartedAt),
    pid: info.State.Pid,
    exit: parseExit(info.State),
    tty: info.Config.Tty,
  };
}

const SIGKILLED = 137;

/** The engine's flag alone is also true when only a child was killed. */
function parseExit(state: ContainerInspectInfo['State']): ContainerExit | null {
  if (state.Status !== 'exited' && state.Status !== 'dead') return null;
  return {
    code: state.ExitCode,
    outOfMemory: state.OOMKilled && state.ExitCode === SIGKILLED,
    memoryRanOut: state.OOMKilled,
    at: new Date(state.FinishedAt),
  };
}
