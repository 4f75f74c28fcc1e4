import type Dockerode from 'dockerode';
import { isRefusal, type Call } from './failure.ts';
import { toFilter, type Labels } from './labels.ts';

export interface Volumes {
  /** Names of the volumes with these labels. */
  list(labels: Labels): Promise<readonly string[]>;
  /** False when there was none or a container uses it. */
  remove(name: string): Promise<boolean>;
}

export function createVolumes(client: Dockerode, call: Call): Volumes {
  return {
    async list(labels) {
      const filters = JSON.stringify({ label: toFilter(labels) });
      const { Volumes } = await call(() => client.listVolumes({ filters } as object));
      return (Volumes as typeof Volumes | null)?.map(({ Name }) => Name) ?? [];
    },
    async remove(name) {
      try {
        await call(() => client.getVolume(name).remove());
        return true;
      } catch (error) {
        if (isRefusal(error, 404, 409)) return false;
        throw error;
      }
    },
  };
}
