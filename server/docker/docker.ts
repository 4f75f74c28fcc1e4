import { Agent } from 'node:http';
import Dockerode from 'dockerode';
import { createContainers, type Containers } from './containers.ts';
import { watchEvents, type DockerEvent } from './events.ts';
import { createCall } from './failure.ts';
import { createImages, type Images } from './images.ts';
import type { Labels } from './labels.ts';
import { createNetworks, type Networks } from './networks.ts';
import { createVolumes, type Volumes } from './volumes.ts';

/**
 * The Docker Engine. Every call throws PlatformError `unavailable` while the engine can't be reached and
 * DockerError when it refuses; what does not exist is `undefined` or `false`, never an error.
 */
export interface Docker {
  readonly containers: Containers;
  readonly images: Images;
  readonly networks: Networks;
  readonly volumes: Volumes;
  version(): Promise<{ readonly version: string; readonly apiVersion: string }>;
  /**
   * What happens to containers with these labels. Never ends by itself; says null after each (re)connection, as
   * what happened before is not told.
   */
  events(labels: Labels, signal: AbortSignal): AsyncIterable<DockerEvent | null>;
}

export const DOCKER_SOCKET = '/var/run/docker.sock';

export function createDocker({ socket = DOCKER_SOCKET }: { socket?: string } = {}): Docker {
  // A kept connection to an engine that was restarted fails at its next use; a new one costs nothing here.
  const agent = new Agent({ keepAlive: false });
  const client = new Dockerode({ socketPath: socket, agent } as Dockerode.DockerOptions);
  const call = createCall(socket);
  return {
    containers: createContainers(client, call),
    images: createImages(client, call),
    networks: createNetworks(client, call),
    volumes: createVolumes(client, call),
    async version() {
      const { Version, ApiVersion } = await call(() => client.version());
      return { version: Version, apiVersion: ApiVersion };
    },
    events: (labels, signal) => watchEvents(client, labels, signal),
  };
}
