import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import type { Docker } from '../../../docker/docker.ts';
import { PlatformError } from '../../../domain/errors.ts';
import type { DynoId, HomeId } from '../../../domain/ids.ts';
import type { DynoSpec, Engine, EngineEvent } from '../../engine.ts';
import { createAddresses } from './addresses.ts';
import { toAttachment } from './attachment.ts';
import { CA_BUNDLE, containerName, INIT, type DynoGround } from './dyno-container.ts';
import { createDynoFiles } from './dyno-files.ts';
import { createFollowers } from './followers.ts';
import { dynoFilter, parseLabels } from './labels.ts';
import { listDynos, runningDyno } from './list.ts';
import { createDynoNetwork } from './network.ts';
import { followOutput } from './output.ts';
import { ensureScratch, removeScratch, type ScratchSpec } from './scratch.ts';
import { ensureSecrets, removeSecrets } from './secrets.ts';
import { createUnpackedSlugs } from './slugs.ts';
import { startDyno, type Started } from './start.ts';
import { endContainer } from './stop.ts';
import { removeVolumes, sweep } from './sweep.ts';

export interface DockerEngineOptions {
  readonly docker: Docker;
  readonly home: HomeId;
  /** The run image. */
  readonly image: string;
  readonly slugs: {
    /** The tar.zst of a slug. */
    path(sha256: string): string;
    /** Where slugs are unpacked. */
    readonly unpacked: string;
    /** Bytes that a slug may take unpacked; 8 GB when left out. */
    readonly limit?: number;
  };
  readonly scratch: ScratchSpec;
  /** A folder of this home's in memory; a tmpfs is mounted there unless it lies on one. */
  readonly secrets: string;
}

/** One container per dyno on this machine. */
export interface DockerEngine extends Engine {
  /**
   * Makes what dynos stand on (scratch disk, memory for secrets, network, firewall) and sweeps. To be called
   * before anything else; changes nothing when all is in place.
   */
  prepare(): Promise<void>;
  /** The network of dynos and builds, made if it is missing, its firewall checked. */
  network(): Promise<string>;
  /** Removes what crashes left behind. Dynos that run, or have ended and were not stopped, are left alone. */
  sweep(): Promise<void>;
  /** Removes every dyno and all that `prepare` made. */
  destroy(): Promise<void>;
}

const UNPACKED_LIMIT = 8 * 1024 ** 3;

/** Seconds that Docker has to tidy up after a container. */
const END_SECONDS = 5;

/** Seconds that the last lines of a dyno have to reach who follows them, before they go with it. */
const DRAIN_SECONDS = 3;

export function createDockerEngine(options: DockerEngineOptions): DockerEngine {
  const { docker, home, image, scratch, secrets } = options;
  const bootScript = readFileSync(join(import.meta.dirname, 'boot'), 'utf8');
  const files = createDynoFiles({ scratch: scratch.folder, secrets, bootScript });
  const slugs = createUnpackedSlugs({ limit: UNPACKED_LIMIT, ...options.slugs });
  const network = createDynoNetwork(docker, home);
  const ground: DynoGround = { home, image, network: network.name, ...readHost() };
  const room = { docker, home, ground, files, slugs, network, addresses: createAddresses() };
  const followers = createFollowers();
  const starting = new Set<DynoId>();

  async function start(spec: DynoSpec, mode: 'kept' | 'attached'): Promise<Started> {
    starting.add(spec.dyno);
    try {
      return await startDyno(room, spec, mode);
    } finally {
      starting.delete(spec.dyno);
    }
  }

  return {
    list: () => listDynos(docker, home, network.name),
    async start(spec) {
      const { record, address } = await start(spec, 'kept');
      return runningDyno(record, address);
    },
    async attach(spec) {
      const { container, streams } = await start(spec, 'attached');
      if (!streams) throw new Error('An attached dyno has no streams.');
      return toAttachment(docker, container, streams);
    },
    async stop(dyno, timeout) {
      const found = await docker.containers.inspect(containerName(dyno));
      if (found && !parseLabels(home, found.labels)) return null;
      const ending = found ? await endContainer(docker, found, timeout) : null;
      await followers.drained(dyno, DRAIN_SECONDS);
      if (found) await docker.containers.remove(found.id);
      await files.remove(dyno);
      return ending;
    },
    logs: (dyno, after, signal) =>
      followers.follow(dyno, followOutput(docker, containerName(dyno), { after, signal })),
    events: (signal) => dynoEvents(docker, home, signal),
    async prepare() {
      await requireImage(docker, image);
      await Promise.all([ensureScratch(scratch), ensureSecrets(secrets), network.ensure()]);
      await sweep({ ...room, starting });
    },
    async network() {
      await network.ensure();
      return network.name;
    },
    sweep: () => sweep({ ...room, starting }),
    async destroy() {
      const left = await docker.containers.list(dynoFilter(home));
      await Promise.all(left.map(({ id }) => docker.containers.remove(id)));
      await removeVolumes(docker, home);
      await Promise.all([removeScratch(scratch), removeSecrets(secrets), network.remove()]);
      await slugs.clear();
    },
  };
}

function readHost(): Pick<DynoGround, 'swap' | 'caBundle' | 'init'> {
  return {
    // a heading, and a line for each swap area
    swap: readFileSync('/proc/swaps', 'utf8').trim().split('\n').length > 1,
    caBundle: existsSync(CA_BUNDLE) ? CA_BUNDLE : null,
    init: existsSync(INIT) ? INIT : null,
  };
}

async function requireImage(docker: Docker, image: string): Promise<void> {
  if (await docker.images.inspect(image)) return;
  throw new PlatformError(
    'unavailable',
    `The run image ${image} is not on this machine. Make it with buildpacks/stack/make, or pull it.`,
  );
}

async function* dynoEvents(
  docker: Docker,
  home: HomeId,
  signal: AbortSignal,
): AsyncGenerator<EngineEvent | null> {
  for await (const event of docker.events(dynoFilter(home), signal)) {
    const record = event && parseLabels(home, event.labels);
    if (event?.action === 'die') await endIsListed(docker, event.container);
    if (record) yield { dyno: record.dyno, app: record.app };
    else if (event === null) yield null;
  }
}

/**
 * Docker tells of an end while it still tidies up, and lists the container as running meanwhile; an inspection
 * waits until it is done (moby, daemon/monitor.go: the event comes before the checkpoint that the list reads).
 */
async function endIsListed(docker: Docker, container: string): Promise<void> {
  const inspected = docker.containers.inspect(container).catch(() => undefined);
  // one container that hangs must not keep the events of all others
  await Promise.race([inspected, setTimeout(END_SECONDS * 1000, undefined, { ref: false })]);
}
