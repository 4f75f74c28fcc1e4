import type Dockerode from 'dockerode';
import { unlessMissing, type Call } from './failure.ts';

export interface Image {
  readonly id: string;
  /** Bytes. */
  readonly size: number;
}

export interface Images {
  inspect(name: string): Promise<Image | undefined>;
}

export function createImages(client: Dockerode, call: Call): Images {
  return {
    async inspect(name) {
      const found = await unlessMissing(call(() => client.getImage(name).inspect()));
      return found && { id: found.Id, size: found.Size };
    },
  };
}
