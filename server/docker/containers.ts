import { setTimeout } from 'node:timers/promises';
import type Dockerode from 'dockerode';
import { PlatformError } from '../domain/errors.ts';
import { attachTo, type Streams } from './attach.ts';
import { toCreateOptions, type ContainerSpec } from './container-spec.ts';
import { parseDetails, parseSummary } from './container.ts';
import type { Container, ContainerDetails, ContainerExit } from './container.ts';
import { isRefusal, unlessMissing, type Call } from './failure.ts';
import { toFilter, type Labels } from './labels.ts';
import { followLogs } from './logs.ts';
import type { OutputLine } from './output.ts';
import { waitUntilStopped } from './wait.ts';

/** Containers are named by id or by name. */
export interface Containers {
  /** Returns the new container's id. */
  create(spec: ContainerSpec): Promise<string>;
  start(id: string): Promise<void>;
  /** Everything the container's process reads and writes, from the first byte if attached before `start`. */
  attach(id: string, spec: Pick<ContainerSpec, 'tty' | 'stdin'>): Promise<Streams>;
  /**
   * How a started container ended, once it has; outlives restarts of the engine. Undefined when it is gone.
   */
  wait(id: string): Promise<ContainerExit | undefined>;
  /** False when it does not run, or does not exist. */
  kill(id: string, signal: string): Promise<boolean>;
  pause(id: string): Promise<void>;
  unpause(id: string): Promise<void>;
  resize(id: string, size: { readonly columns: number; readonly rows: number }): Promise<void>;
  /** With its unnamed volumes, running or not. False when there was none. */
  remove(id: string): Promise<boolean>;
  /** Ended ones too. */
  list(labels: Labels): Promise<readonly Container[]>;
  inspect(id: string): Promise<ContainerDetails | undefined>;
  /**
   * Lines since a time (inclusive; all when null), then live. Ends when the container has ended or is gone, when
   * the signal fires, and when the connection is lost.
   */
  logs(id: string, since: string | null, signal: AbortSignal): AsyncIterable<OutputLine>;
}

export function createContainers(client: Dockerode, call: Call): Containers {
  const get = (id: string): Dockerode.Container => client.getContainer(id);

  async function inspect(id: string): Promise<ContainerDetails | undefined> {
    const found = await unlessMissing(call(() => get(id).inspect()));
    return found && parseDetails(found);
  }

  async function waitOnce(id: string): Promise<void> {
    await unlessMissing(waitUntilStopped(client, call, id));
  }

  return {
    inspect,
    async create(spec) {
      const container = await call(() => client.createContainer(toCreateOptions(spec)));
      return container.id;
    },
    async start(id) {
      await call(() => get(id).start());
    },
    attach: (id, spec) => call(() => attachTo(get(id), spec)),
    async wait(id) {
      for (;;) {
        await throughRestarts(() => waitOnce(id));
        const found = await throughRestarts(() => inspect(id));
        if (found?.exit) return found.exit;
        if (found?.state !== 'running' && found?.state !== 'paused') return undefined;
        // the engine ended its answer because it was itself told to end
        await setTimeout(ENGINE_PAUSE);
      }
    },
    kill: (id, signal) => unlessRefused(call(() => get(id).kill({ signal }))),
    async pause(id) {
      await call(() => get(id).pause());
    },
    async unpause(id) {
      await call(() => get(id).unpause());
    },
    async resize(id, { columns, rows }) {
      await call(() => get(id).resize({ w: columns, h: rows }));
    },
    remove: (id) => unlessRefused(call(() => get(id).remove({ force: true, v: true }))),
    async list(labels) {
      const filters = { label: toFilter(labels) };
      return (await call(() => client.listContainers({ all: true, filters }))).map(parseSummary);
    },
    logs: (id, since, signal) => followLogs(call, get(id), { since, signal }),
  };
}

/** Milliseconds between looks for an engine that is away. */
const ENGINE_PAUSE = 250;

/** A container outlives its engine's restart, and so does waiting for it. */
async function throughRestarts<T>(work: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof PlatformError)) throw error;
      await setTimeout(ENGINE_PAUSE);
    }
  }
}

/** False for 404 (gone) and 409 (not running, or somebody else removes it at this moment). */
async function unlessRefused(work: Promise<unknown>): Promise<boolean> {
  try {
    await work;
    return true;
  } catch (error) {
    if (isRefusal(error, 404, 409)) return false;
    throw error;
  }
}
