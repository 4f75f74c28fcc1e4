import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createDocker, type Docker } from '../../server/docker/docker.ts';
import { createId, type HomeId } from '../../server/domain/ids.ts';
import {
  createDockerEngine,
  type DockerEngine,
  type DockerEngineOptions,
} from '../../server/dynos/engines/docker/engine.ts';
import { createSlugShelf, type SlugShelf } from './slugs.ts';
import { ensureStack } from './stack.ts';

export interface EngineFixture {
  readonly docker: Docker;
  readonly home: HomeId;
  /** A folder of its own, which goes with the fixture. */
  readonly folder: string;
  readonly options: DockerEngineOptions;
  readonly engine: DockerEngine;
  readonly slugs: SlugShelf;
  /** Another engine over the same home, as after a restart of the server. */
  reopen(): DockerEngine;
  close(): Promise<void>;
}

/** MB of the fixture's scratch disk. */
export const SCRATCH = 256;

/** An appliance's engine on this machine's Docker, with a home of its own. */
export async function engineFixture(): Promise<EngineFixture> {
  const docker = createDocker();
  const home = createId<HomeId>();
  const folder = mkdtempSync(join(tmpdir(), 'monoku-engine-'));
  const slugs = createSlugShelf(join(folder, 'slugs'));
  const options: DockerEngineOptions = {
    docker,
    home,
    image: ensureStack().run,
    slugs: { path: (sha256) => slugs.path(sha256), unpacked: join(folder, 'unpacked') },
    scratch: {
      folder: join(folder, 'scratch'),
      image: join(folder, 'scratch.img'),
      megabytes: SCRATCH,
    },
    secrets: join(folder, 'secrets'),
  };
  const engine = createDockerEngine(options);
  await engine.prepare();
  return {
    ...{ docker, home, folder, options, engine, slugs },
    reopen: () => createDockerEngine(options),
    async close() {
      await engine.destroy();
      rmSync(folder, { recursive: true });
    },
  };
}
