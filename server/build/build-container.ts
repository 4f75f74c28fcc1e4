import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import type { ContainerSpec, Mount } from '../docker/container-spec.ts';
import { DYNO_UID } from '../domain/dyno.ts';
import type { BuildId, HomeId } from '../domain/ids.ts';
import { SLUG_LIMIT, SLUG_WARNING } from '../domain/slug.ts';
import { buildLabels } from './labels.ts';
import type { BuildTask } from './task.ts';
import type { Workspace } from './workspace.ts';

/** What all builds of an appliance have in common. */
export interface BuildGround {
  readonly home: HomeId;
  /** The stack's build image. */
  readonly image: string;
  readonly stack: string;
  /** The folder with bin/build. */
  readonly buildpacks: string;
  readonly memoryMb: number;
  /** Proxies, package indexes. Visible in the engine's own files. */
  readonly env: Readonly<Record<string, string>>;
  /** The host's CA bundle, so that builds trust whom their machine trusts; null where it has none. */
  readonly caBundle: string | null;
}

/** One build: what it is of, where it works, what it builds upon. */
export interface BuildSite {
  readonly task: BuildTask;
  readonly workspace: Workspace;
  /** The folder with the app's cache; null when it has none. */
  readonly cache: string | null;
  readonly network: string;
}

export const OUR_BUILDPACKS = resolve(import.meta.dirname, '../../buildpacks');

const CA_BUNDLE = '/etc/ssl/certs/ca-certificates.crt';

/** Programs bring their own list of CAs unless told of the system's. */
const CA_ENV = {
  NODE_EXTRA_CA_CERTS: CA_BUNDLE,
  SSL_CERT_FILE: CA_BUNDLE,
  PIP_CERT: CA_BUNDLE,
  REQUESTS_CA_BUNDLE: CA_BUNDLE,
  GIT_SSL_CAINFO: CA_BUNDLE,
};

const PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';
/** Half of what a 1X dyno has: a build gives way to what serves. */
const CPU_SHARES = 512;
/** Processes and threads. */
const PIDS = 2048;

export function findCaBundle(): string | null {
  return existsSync(CA_BUNDLE) ? CA_BUNDLE : null;
}

export function containerName(build: BuildId): string {
  return `monoku-build-${build}`;
}

/** `buildpacks/bin/build` in its container; the mounts and variables are its contract. */
export function buildContainer(ground: BuildGround, site: BuildSite): ContainerSpec {
  const { task, workspace, network } = site;
  return {
    ...walls(ground, site),
    name: containerName(task.id),
    command: ['/buildpacks/bin/build'],
    env: environment(ground, task),
    workdir: '/app',
    mounts: [
      { source: ground.buildpacks, target: '/buildpacks', readOnly: true },
      { source: task.sourceFile, target: '/source.tar', readOnly: true },
      { source: workspace.env, target: '/env', readOnly: true },
      { source: workspace.app, target: '/app' },
      { source: workspace.out, target: '/out' },
      { source: workspace.tmp, target: '/tmp' },
      ...cacheMounts(site),
      ...optional(workspace.submodules, '/submodules'),
      ...optional(ground.caBundle, CA_BUNDLE),
    ],
    network,
  };
}

/** Fills `target` with the cache as the build left it, all of it on disk, unless it has outgrown `limitMb`. */
export function cacheContainer(
  ground: BuildGround,
  site: BuildSite,
  { target, limitMb }: { readonly target: string; readonly limitMb: number },
): ContainerSpec {
  const program =
    '(($(du --summarize --block-size=1M /cache | cut -f1) <= $1)) && cp --archive /cache/. /kept/ && sync --file-system /kept';
  return {
    ...walls(ground, site),
    name: `monoku-cache-${site.task.id}`,
    command: ['/bin/bash', '-c', program, 'keep-cache', String(limitMb)],
    env: { PATH },
    mounts: [{ source: target, target: '/kept' }, ...cacheMounts(site)],
    network: 'none',
  };
}

function walls(ground: BuildGround, site: BuildSite) {
  const { workspace, cache } = site;
  const layers = { upper: workspace.cache, work: workspace.cacheWork };
  return {
    image: ground.image,
    labels: buildLabels(ground.home, site.task),
    user: `${String(DYNO_UID)}:${String(DYNO_UID)}`,
    overlays: cache === null ? [] : [{ target: '/cache', lower: cache, ...layers }],
    limits: { memory: ground.memoryMb, cpuShares: CPU_SHARES, pids: PIDS },
    readOnly: true,
    log: 'none' as const,
  };
}

function cacheMounts({ cache, workspace }: BuildSite): Mount[] {
  return cache === null ? [{ source: workspace.cache, target: '/cache' }] : [];
}

function optional(source: string | null, target: string): Mount[] {
  return source === null ? [] : [{ source, target, readOnly: true }];
}

function environment(ground: BuildGround, task: BuildTask): Record<string, string> {
  return {
    ...ground.env,
    ...(ground.caBundle === null ? {} : CA_ENV),
    PATH,
    HOME: '/app',
    LANG: 'C.UTF-8',
    STACK: ground.stack,
    REQUEST_ID: task.id,
    SOURCE_VERSION: task.sourceVersion ?? '',
    BUILDPACKS: task.buildpacks.join('\n'),
    SLUG_LIMIT: String(SLUG_LIMIT),
    SLUG_WARNING: String(SLUG_WARNING),
    ...(task.submodules.length === 0 ? {} : { SUBMODULES: '/submodules' }),
    ...(task.origin === 'upload' ? { SOURCE_STRIP: '1' } : {}),
  };
}
