import { readdir } from 'node:fs/promises';
import type { Containers } from '../docker/containers.ts';
import { cacheContainer, type BuildGround, type BuildSite } from './build-container.ts';
import type { Caches } from './caches.ts';
import { runContainer } from './run-container.ts';

export interface CacheRoom {
  readonly containers: Containers;
  readonly caches: Caches;
  readonly ground: BuildGround;
  /** MB; an app whose cache has outgrown them starts a new one. */
  readonly limitMb: number;
}

/** Milliseconds. */
const TIMEOUT = 5 * 60_000;

/** Makes what a build left in its cache the app's cache. Copied as the build's user, so that no link leads astray. */
export async function keepCache(
  { containers, caches, ground, limitMb }: CacheRoom,
  site: BuildSite,
): Promise<void> {
  const { task, workspace } = site;
  if ((await readdir(workspace.cache)).length === 0) return;
  const target = await caches.begin(task.appId);
  const spec = cacheContainer(ground, site, { target, limitMb });
  const watch = { write: () => undefined, signal: AbortSignal.timeout(TIMEOUT) };
  try {
    const exit = await runContainer(containers, spec, watch);
    if (exit?.code === 0) await caches.keep(task.appId, target);
    else await caches.forget(task.appId);
  } finally {
    await containers.remove(spec.name);
  }
}
