import type { ContainerSpec, Mount } from '../../../docker/container-spec.ts';
import { DYNO_UID } from '../../../domain/dyno.ts';
import { DYNO_SIZES } from '../../../domain/dyno-size.ts';
import type { DynoId, HomeId } from '../../../domain/ids.ts';
import type { TerminalSize } from '../../engine.ts';
import type { DynoPlace } from './dyno-files.ts';
import { toLabels, type DynoRecord } from './labels.ts';

/** What all dynos of an appliance have in common. */
export interface DynoGround {
  readonly home: HomeId;
  readonly image: string;
  readonly network: string;
  /** The host has swap that a dyno may use beyond its memory. */
  readonly swap: boolean;
  /** The host's CA bundle, so that dynos trust whom their machine trusts; null where it has none. */
  readonly caBundle: string | null;
  /** The host's dumb-init, since other people's run images bring none; null where it has none either. */
  readonly init: string | null;
}

export interface DynoContainer {
  readonly record: DynoRecord;
  readonly place: DynoPlace;
  /** The folder with the slug's files. */
  readonly slug: string;
  readonly address: string;
  /** Its streams are attached rather than kept; with a size, they are a terminal. */
  readonly attached: boolean;
  readonly tty: TerminalSize | undefined;
}

export const CA_BUNDLE = '/etc/ssl/certs/ca-certificates.crt';
/** PID 1, here and in a dyno: hands SIGTERM to every process. */
export const INIT = '/usr/bin/dumb-init';

/** Programs bring their own list of CAs unless told of the system's. */
const CA_ENV = {
  NODE_EXTRA_CA_CERTS: CA_BUNDLE,
  SSL_CERT_FILE: CA_BUNDLE,
  PIP_CERT: CA_BUNDLE,
  REQUESTS_CA_BUNDLE: CA_BUNDLE,
};

export function containerName(dyno: DynoId): string {
  return `monoku-${dyno}`;
}

export function dynoContainer(ground: DynoGround, dyno: DynoContainer): ContainerSpec {
  const { record, place, tty } = dyno;
  const { memory, cpuShares, pids } = DYNO_SIZES[record.size];
  return {
    name: containerName(record.dyno),
    image: ground.image,
    labels: toLabels(ground.home, record),
    entrypoint: [INIT, '--', '/bin/bash', '/run/monoku/boot'],
    command: [record.command, ...(tty ? [String(tty.rows), String(tty.columns)] : [])],
    env: { HOME: '/app', ...(ground.caBundle === null ? {} : CA_ENV) },
    user: `${String(DYNO_UID)}:${String(DYNO_UID)}`,
    workdir: '/app',
    hostname: record.dyno,
    overlays: [{ target: '/app', lower: dyno.slug, ...place.layers }],
    mounts: mounts(ground, place),
    network: ground.network,
    address: dyno.address,
    limits: { memory, memorySwap: ground.swap ? 2 * memory : memory, cpuShares, pids },
    readOnly: true,
    tty: tty !== undefined,
    stdin: dyno.attached,
    log: dyno.attached ? 'none' : 'local',
  };
}

function mounts({ caBundle, init }: DynoGround, { boot, tmp }: DynoPlace): Mount[] {
  return [
    { source: boot, target: '/run/monoku', readOnly: true },
    { source: tmp, target: '/tmp' },
    ...(caBundle === null ? [] : [{ source: caBundle, target: CA_BUNDLE, readOnly: true }]),
    ...(init === null ? [] : [{ source: init, target: INIT, readOnly: true }]),
  ];
}
