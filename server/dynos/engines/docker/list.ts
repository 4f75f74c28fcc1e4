import type { Container } from '../../../docker/container.ts';
import type { Docker } from '../../../docker/docker.ts';
import type { HomeId } from '../../../domain/ids.ts';
import type { EngineDyno } from '../../engine.ts';
import { dynoFilter, parseLabels, type DynoRecord } from './labels.ts';

/** Every dyno that was started and not stopped, whoever started it. */
export async function listDynos(
  docker: Docker,
  home: HomeId,
  network: string,
): Promise<readonly EngineDyno[]> {
  const containers = await docker.containers.list(dynoFilter(home));
  const dynos = containers.map(async (container) => {
    const record = parseLabels(home, container.labels);
    return record && toDyno(docker, { container, record, network });
  });
  return (await Promise.all(dynos)).filter((dyno) => dyno !== undefined);
}

interface Found {
  readonly container: Container;
  readonly record: DynoRecord;
  readonly network: string;
}

/** Undefined for one that is about to start, or to go. */
async function toDyno(
  docker: Docker,
  { container, record, network }: Found,
): Promise<EngineDyno | undefined> {
  if (container.state === 'running' || container.state === 'paused') {
    const address = container.addresses[network];
    const paused = container.state === 'paused';
    return { ...runningDyno(record, address ?? null), paused };
  }
  if (container.state !== 'exited') return undefined;
  const exit = (await docker.containers.inspect(container.id))?.exit;
  return exit ? { ...runningDyno(record, null), exit } : undefined;
}

export function runningDyno(record: DynoRecord, address: string | null): EngineDyno {
  const { port, ...rest } = record;
  const endpoint = address === null ? null : { address, port };
  return { ...rest, endpoint, paused: false, exit: null };
}
