import type { ContainerCreateOptions, HostConfig, MountSettings } from 'dockerode';
import type { Labels } from './labels.ts';

export interface Mount {
  readonly source: string;
  readonly target: string;
  readonly readOnly?: boolean;
}

/** A read-only folder of the host with a layer above it that takes what is written. */
export interface Overlay {
  readonly target: string;
  readonly lower: string;
  readonly upper: string;
  readonly work: string;
}

export interface Limits {
  /** MB. */
  readonly memory: number;
  /** MB of memory and swap together; `memory` when left out. */
  readonly memorySwap?: number;
  /** A share among all containers, 1024 being the usual. */
  readonly cpuShares?: number;
  /** Cores at most, fractions too. */
  readonly cpus?: number;
  /** Processes and threads. */
  readonly pids: number;
}

/** A container. Always without capabilities and without new privileges. */
export interface ContainerSpec {
  readonly name: string;
  readonly image: string;
  readonly labels: Labels;
  readonly command: readonly string[];
  readonly entrypoint?: readonly string[];
  /** Kept by the engine on disk as plain text: no secrets here. */
  readonly env?: Readonly<Record<string, string>>;
  /** `uid:gid`. */
  readonly user: string;
  readonly workdir?: string;
  readonly hostname?: string;
  readonly mounts?: readonly Mount[];
  readonly overlays?: readonly Overlay[];
  /** Path → options such as `size=64m,mode=1777`. */
  readonly tmpfs?: Readonly<Record<string, string>>;
  /** The name of a network, or `none`. */
  readonly network: string;
  /** Fixed, within the network. */
  readonly address?: string;
  readonly limits: Limits;
  readonly readOnly?: boolean;
  readonly tty?: boolean;
  /** Keeps stdin open until the first that attached to it closes it. */
  readonly stdin?: boolean;
  /** `local`: bounded files of the engine, read with `logs`; `none`: only who attaches sees the output. */
  readonly log: 'local' | 'none';
}

const MB = 1024 ** 2;

/** Bounds of the engine's `local` log driver. */
const LOG_BOUNDS = { 'max-size': '10m', 'max-file': '2', compress: 'false' };

export function toCreateOptions(spec: ContainerSpec): ContainerCreateOptions {
  return {
    name: spec.name,
    Image: spec.image,
    Cmd: [...spec.command],
    ...(spec.entrypoint ? { Entrypoint: [...spec.entrypoint] } : {}),
    Env: Object.entries(spec.env ?? {}).map(([name, value]) => `${name}=${value}`),
    User: spec.user,
    Labels: { ...spec.labels },
    ...(spec.workdir === undefined ? {} : { WorkingDir: spec.workdir }),
    ...(spec.hostname === undefined ? {} : { Hostname: spec.hostname }),
    ...streamOptions(spec),
    ...addressOptions(spec),
    HostConfig: hostConfig(spec),
  };
}

function streamOptions({ tty = false, stdin = false }: ContainerSpec): ContainerCreateOptions {
  return {
    Tty: tty,
    OpenStdin: stdin,
    StdinOnce: stdin,
    AttachStdin: stdin,
    AttachStdout: true,
    AttachStderr: true,
  };
}

function addressOptions({ network, address }: ContainerSpec): ContainerCreateOptions {
  if (address === undefined) return {};
  const endpoint = { IPAMConfig: { IPv4Address: address } };
  return { NetworkingConfig: { EndpointsConfig: { [network]: endpoint } } };
}

function hostConfig(spec: ContainerSpec): HostConfig {
  const { limits } = spec;
  return {
    NetworkMode: spec.network,
    Mounts: [
      ...(spec.overlays ?? []).map((overlay) => overlayMount(overlay, spec.labels)),
      ...(spec.mounts ?? []).map(bindMount),
    ],
    Tmpfs: { ...spec.tmpfs },
    ReadonlyRootfs: spec.readOnly ?? false,
    CapDrop: ['ALL'],
    SecurityOpt: ['no-new-privileges'],
    Memory: limits.memory * MB,
    MemorySwap: (limits.memorySwap ?? limits.memory) * MB,
    ...(limits.cpuShares === undefined ? {} : { CpuShares: limits.cpuShares }),
    ...(limits.cpus === undefined ? {} : { NanoCpus: Math.round(limits.cpus * 1e9) }),
    PidsLimit: limits.pids,
    Ulimits: [{ Name: 'core', Soft: 0, Hard: 0 }],
    LogConfig: { Type: spec.log, Config: spec.log === 'local' ? LOG_BOUNDS : {} },
  };
}

function bindMount({ source, target, readOnly = false }: Mount): MountSettings {
  return { Type: 'bind', Source: source, Target: target, ReadOnly: readOnly };
}

/** An unnamed volume, so that it goes with its container. */
function overlayMount({ target, lower, upper, work }: Overlay, labels: Labels): MountSettings {
  const options = `lowerdir=${lower},upperdir=${upper},workdir=${work}`;
  return {
    Type: 'volume',
    Source: '',
    Target: target,
    VolumeOptions: {
      NoCopy: true,
      Labels: { ...labels },
      DriverConfig: {
        Name: 'local',
        Options: { type: 'overlay', device: 'overlay', o: options },
      },
    },
  };
}
