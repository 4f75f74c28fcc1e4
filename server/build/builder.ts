import type { Docker } from '../docker/docker.ts';
import { isRefusal } from '../docker/failure.ts';
import { PlatformError } from '../domain/errors.ts';
import type { AppId, BuildId, HomeId } from '../domain/ids.ts';
import {
  buildContainer,
  containerName,
  findCaBundle,
  OUR_BUILDPACKS,
  type BuildGround,
  type BuildSite,
} from './build-container.ts';
import { createCaches } from './caches.ts';
import { explainFailure, type BuildLimits } from './failure.ts';
import { keepCache } from './keep-cache.ts';
import { buildFilter, buildOf } from './labels.ts';
import { collectResults, readFailure } from './results.ts';
import { runContainer } from './run-container.ts';
import type { SlugFiles } from './slug-files.ts';
import type { BuildResult, BuildTask } from './task.ts';
import { createWorkspaces } from './workspace.ts';

export type { BuildFailure, BuildResult, BuildSuccess, BuildTask } from './task.ts';

/** Makes slugs from sources, each in a container of its own. */
export interface Builder {
  /**
   * Runs one build to its end; `write` gets what it prints, as it comes. When this returns or throws, nothing of
   * the build runs any more. Throws for faults of ours alone: neither for what the app did nor while the engine
   * is away. Builds of one app must not overlap.
   */
  run(task: BuildTask, write: (text: Buffer) => void, signal: AbortSignal): Promise<BuildResult>;
  /** Removes what builds left that nobody runs: those of a server that died. */
  sweep(): Promise<void>;
  /** Removes the cache of an app that is no more. */
  forget(app: AppId): Promise<void>;
  /** Resolves when what builds leave to be done after them is done: caches kept, folders removed. */
  idle(): Promise<void>;
}

export interface BuilderOptions {
  readonly docker: Docker;
  readonly home: HomeId;
  /** The stack's build image. */
  readonly image: string;
  readonly stack: string;
  /** The folder with bin/build; ours when left out. */
  readonly buildpacks?: string;
  /** A network that reaches the internet, and nothing of the host's. */
  readonly network: () => Promise<string>;
  readonly slugs: SlugFiles;
  readonly folders: {
    readonly caches: string;
    /** On a file system of fixed size: the most that builds can fill. */
    readonly scratch: string;
    /** In memory. */
    readonly secrets: string;
  };
  readonly limits: BuildLimits;
  /** MB that an app's cache may hold; beyond it, the app starts a new one. 2048 when left out. */
  readonly cacheMb?: number;
  /** Variables for every build: proxies, package indexes. Visible in the engine's own files. */
  readonly env: Readonly<Record<string, string>>;
  readonly warn: (message: string, error?: unknown) => void;
}

const CACHE_MB = 2048;

export function createBuilder(options: BuilderOptions): Builder {
  const { docker, home, slugs, folders, limits, warn } = options;
  const { containers } = docker;
  const workspaces = createWorkspaces(folders);
  const caches = createCaches({ dir: folders.caches });
  const ground: BuildGround = {
    ...{ home, image: options.image, stack: options.stack, env: options.env },
    buildpacks: options.buildpacks ?? OUR_BUILDPACKS,
    memoryMb: limits.memoryMb,
    caBundle: findCaBundle(),
  };
  const room = { containers, caches, ground, limitMb: options.cacheMb ?? CACHE_MB };
  const active = new Set<BuildId>();
  const settling = new Map<AppId, Promise<void>>();
  const tidying = new Set<Promise<void>>();

  async function build(
    site: BuildSite,
    write: (text: Buffer) => void,
    cancel: AbortSignal,
  ): Promise<BuildResult> {
    const late = AbortSignal.timeout(limits.minutes * 60_000);
    const spec = buildContainer(ground, site);
    const signal = AbortSignal.any([cancel, late]);
    const exit = await runContainer(containers, spec, { write, signal });
    const stopped = cancel.aborted ? 'cancelled' : late.aborted ? 'late' : null;
    const told = await readFailure(site.workspace.out);
    const failure = explainFailure({ exit, stopped, told }, limits);
    return failure ?? (await collectResults(site.workspace.out, slugs));
  }

  async function prepare(task: BuildTask): Promise<BuildSite> {
    await settling.get(task.appId)?.catch(() => undefined);
    const [workspace, cache, network] = await Promise.all([
      workspaces.make(task),
      caches.newest(task.appId),
      options.network(),
    ]);
    return { task, workspace, cache, network };
  }

  /** What the app's next build waits for. */
  async function settle(task: BuildTask, kept: BuildSite | null): Promise<void> {
    await containers.remove(containerName(task.id));
    if (!kept) return;
    await keepCache(room, kept).catch((error: unknown) => {
      warn(`The cache of app ${task.appId} was not kept.`, error);
    });
  }

  /** Goes on behind the result's back; what it can't remove, the next sweep does. */
  async function tidy(task: BuildTask, settled: Promise<void>): Promise<void> {
    try {
      await settled;
      await Promise.all([workspaces.remove(task.id), caches.prune(task.appId)]);
    } catch (error) {
      warn(`What build ${task.id} left is still there.`, error);
    } finally {
      active.delete(task.id);
    }
  }

  function finish(task: BuildTask, kept: BuildSite | null): Promise<void> {
    const settled = settle(task, kept);
    settling.set(task.appId, settled);
    const tidied = tidy(task, settled).finally(() => {
      tidying.delete(tidied);
      if (settling.get(task.appId) === settled) settling.delete(task.appId);
    });
    tidying.add(tidied);
    return tidied;
  }

  return {
    async run(task, write, signal) {
      active.add(task.id);
      try {
        const site = await prepare(task);
        const result = await build(site, write, signal);
        void finish(task, result.status === 'succeeded' ? site : null);
        return result;
      } catch (error) {
        await finish(task, null);
        return toFailure(await explainRefusal(docker, options.image, error));
      }
    },
    async sweep() {
      const found = await containers.list(buildFilter(home));
      const dead = found.filter(({ labels }) => !active.has(buildOf(labels) as BuildId));
      await Promise.all(dead.map(({ id }) => containers.remove(id)));
      const left = (await workspaces.list()).filter((id) => !active.has(id));
      await Promise.all(left.map((id) => workspaces.remove(id)));
      if (active.size === 0) await caches.sweep();
    },
    async forget(app) {
      await settling.get(app)?.catch(() => undefined);
      await caches.forget(app);
    },
    async idle() {
      await Promise.all(tidying);
    },
  };
}

/** What a person can do something about is a failed build; anything else is thrown on. */
function toFailure(error: unknown): BuildResult {
  if (error instanceof PlatformError) return { status: 'failed', failure: error.message };
  throw error;
}

async function explainRefusal(docker: Docker, image: string, error: unknown): Promise<unknown> {
  if (!isRefusal(error, 404) || (await docker.images.inspect(image))) return error;
  return new PlatformError(
    'unavailable',
    `The build image ${image} is not on this machine. Make it with buildpacks/stack/make, or pull it.`,
  );
}
