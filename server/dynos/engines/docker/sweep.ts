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
export async function sweep({ docker, home, files, slugs, starting }: SweepRoom): Promise<void> {
  const places = await files.list();
  const containers = await docker.containers.list(dynoFilter(home));
  const used = new Set<string>();
  const dynos = new Set<string>(starting);
  for (const { id, labels, state } of containers) {
    const record = parseLabels(home, labels);
    if (!record) continue;
    used.add(record.slug);
    const started = state !== 'created' && state !== 'dead';
    if (started || dynos.has(record.dyno)) dynos.add(record.dyno);
    else await docker.containers.remove(id);
  }
  for (const dyno of places.filter((id) => !dynos.has(id))) await files.remove(dyno);
  if (starting.size === 0) await slugs.keep(used);
  await removeVolumes(docker, home);
}

/** Those of living containers are in use, and the engine keeps them. */
export async function removeVolumes(docker: Docker, home: HomeId): Promise<void> {
  const volumes = await docker.volumes.list(homeLabels(home));
  await Promise.all(volumes.map((name) => docker.volumes.remove(name)));
}
