import { randomInt } from 'node:crypto';
import type { Streams } from '../../../docker/attach.ts';
import type { Docker } from '../../../docker/docker.ts';
import { isRefusal } from '../../../docker/failure.ts';
import type { DynoSpec } from '../../engine.ts';
import type { Addresses } from './addresses.ts';
import { dynoContainer, type DynoContainer, type DynoGround } from './dyno-container.ts';
import type { DynoFiles } from './dyno-files.ts';
import { toRecord, type DynoRecord } from './labels.ts';
import type { DynoNetwork } from './network.ts';
import type { UnpackedSlugs } from './slugs.ts';

export interface StartRoom {
  readonly docker: Docker;
  readonly ground: DynoGround;
  readonly files: DynoFiles;
  readonly slugs: UnpackedSlugs;
  readonly network: DynoNetwork;
  readonly addresses: Addresses;
}

export interface Started {
  readonly container: string;
  readonly record: DynoRecord;
  readonly address: string;
  /** Null unless attached. */
  readonly streams: Streams | null;
}

/** Below the ports that the kernel gives to connections going out: 32768 and above. */
const PORTS = [10_000, 32_768] as const;

/** Puts together what a dyno needs, all of it at once, and starts it. Leaves nothing behind when it fails. */
export async function startDyno(
  room: StartRoom,
  spec: DynoSpec,
  mode: 'kept' | 'attached',
): Promise<Started> {
  const record = toRecord(spec, randomInt(...PORTS), new Date());
  await room.files.claim(spec.dyno);
  try {
    const [slug, place, subnet] = await allOrFirstError([
      room.slugs.ensure(spec.slug),
      room.files.fill(spec.dyno, dynoVariables(spec, record)),
      room.network.ensure(),
    ]);
    const attached = mode === 'attached';
    const parts = { record, slug, place, attached, tty: attached ? spec.tty : undefined };
    return await startContainer(room, parts, subnet);
  } catch (error) {
    await room.files.remove(spec.dyno);
    throw error;
  }
}

/** PORT is the web's alone, and no config var changes it. */
function dynoVariables({ env, type }: DynoSpec, { port }: DynoRecord): Record<string, string> {
  return type === 'web' ? { ...env, PORT: String(port) } : { ...env };
}

/** Waits for all of them even when one fails, so that none goes on behind the clean-up. */
async function allOrFirstError<T extends readonly Promise<unknown>[]>(
  work: readonly [...T],
): Promise<{ -readonly [K in keyof T]: Awaited<T[K]> }> {
  await Promise.allSettled(work);
  return Promise.all(work);
}

/** Addresses that are tried before we believe that the fault is another one. */
const ADDRESSES = 10;

async function startContainer(
  room: StartRoom,
  parts: Omit<DynoContainer, 'address'>,
  subnet: string,
): Promise<Started> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await startAt(room, { ...parts, address: room.addresses(subnet) });
    } catch (error) {
      // 403: the address is still somebody's
      if (tries === ADDRESSES || !isRefusal(error, 403)) throw error;
    }
  }
}

async function startAt({ docker, ground }: StartRoom, dyno: DynoContainer): Promise<Started> {
  const { containers } = docker;
  const { record, address, tty, attached } = dyno;
  const container = await containers.create(dynoContainer(ground, dyno));
  try {
    const streams = attached
      ? await containers.attach(container, { tty: tty !== undefined, stdin: true })
      : null;
    await containers.start(container);
    return { container, record, address, streams };
  } catch (error) {
    await containers.remove(container);
    throw error;
  }
}
