import type { Docker } from '../../../docker/docker.ts';
import type { DynoId, HomeId } from '../../../domain/ids.ts';
import type { DynoFiles } from './dyno-files.ts';
import { dynoFilter, homeLabels, parseLabels } from './labels.ts';
import type { UnpackedSlugs } from './slugs.ts';

export interface SweepRoom {
  readonly docker: Docker;
  readonly home: HomeId;
  readonly files: DynoFiles;
  readonly slugs: UnpackedSlugs;
  /** Dynos that are about to start: theirs is no left-over. */
  readonly starting: ReadonlySet<DynoId>;
}

/** Removes what a crash, or somebody who removed a container by hand, left of dynos. */
export async function sweep(room: SweepRoom): Promise<void> {
  const { docker, home, files, slugs, starting } = room;
  // In this order: what starts from here on has no place in the list below.
  const spared = new Set(starting);
  const places = await files.list();
  const used = new Set<string>();
  for (const { id, labels, state } of await docker.containers.list(dynoFilter(home))) {
    const record = parseLabels(home, labels);
    if (!record || (state === 'created' && (await removeNeverStarted(room, record.dyno, id)))) {
      continue;
    }
    spared.add(record.dyno);
    used.add(record.slug);
  }
  for (const dyno of places.filter((id) => !spared.has(id))) await files.remove(dyno);
  await slugs.keep(used);
  await removeVolumes(docker, home);
}

/** A container that nobody is starting and that still has not been started afterwards never will be. */
async function removeNeverStarted(
  { docker, starting }: SweepRoom,
  dyno: DynoId,
  container: string,
): Promise<boolean> {
  if (starting.has(dyno)) return false;
  if ((await docker.containers.inspect(container))?.state !== 'created') return false;
  return docker.containers.remove(container);
}

/** Those of living containers are in use, and the engine keeps them. */
export async function removeVolumes(docker: Docker, home: HomeId): Promise<void> {
  const volumes = await docker.volumes.list(homeLabels(home));
  await Promise.all(volumes.map((name) => docker.volumes.remove(name)));
}
