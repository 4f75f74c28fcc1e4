import { setTimeout } from 'node:timers/promises';
import type { ContainerDetails } from '../../../docker/container.ts';
import type { Docker } from '../../../docker/docker.ts';
import type { DynoExit } from '../../engine.ts';
import { lostExit } from './attachment.ts';
import { untilTakingSigterm } from './sigterm.ts';

export interface Ending {
  readonly exit: DynoExit;
  readonly forced: boolean;
}

/** SIGTERM, then SIGKILL after so many seconds; dumb-init hands the signal to every process of its session. */
export async function endContainer(
  docker: Docker,
  container: ContainerDetails,
  timeout: number,
): Promise<Ending> {
  const { containers } = docker;
  if (container.exit) return { exit: container.exit, forced: false };
  if (container.state === 'created') return { exit: lostExit(), forced: false };
  if (container.state === 'paused') await containers.unpause(container.id);
  await untilTakingSigterm(container.pid);
  await containers.kill(container.id, 'SIGTERM');
  const ended = containers.wait(container.id);
  const forced = await isLater(ended, timeout);
  if (forced) await containers.kill(container.id, 'SIGKILL');
  return { exit: (await ended) ?? lostExit(), forced };
}

async function isLater(ended: Promise<unknown>, seconds: number): Promise<boolean> {
  const timer = new AbortController();
  const late = setTimeout(seconds * 1000, true, { signal: timer.signal }).catch(() => true);
  try {
    return await Promise.race([late, ended.then(() => false)]);
  } finally {
    timer.abort();
  }
}
