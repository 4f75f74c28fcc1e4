import type { Readable } from 'node:stream';
import type { ContainerSpec } from '../docker/container-spec.ts';
import type { ContainerExit } from '../docker/container.ts';
import type { Containers } from '../docker/containers.ts';

export interface Watch {
  /** Takes what the container prints, as it comes. */
  readonly write: (text: Buffer) => void;
  /** Kills it. */
  readonly signal: AbortSignal;
}

/**
 * Runs a container to its end and returns how it ended; undefined when it never began or somebody removed it.
 * Leaves the container, ended or, when this throws, perhaps not: the caller removes it.
 */
export async function runContainer(
  containers: Containers,
  spec: ContainerSpec,
  { write, signal }: Watch,
): Promise<ContainerExit | undefined> {
  if (signal.aborted) return undefined;
  const id = await containers.create(spec);
  const { stdout, stderr } = await containers.attach(id, spec);
  const unkillable = Promise.withResolvers<never>();
  const kill = (): void => {
    containers.kill(id, 'SIGKILL').catch(unkillable.reject);
  };
  await containers.start(id);
  try {
    onAbort(signal, kill);
    const outputs = [stdout, ...(stderr ? [stderr] : [])].map((stream) => relay(stream, write));
    await Promise.race([Promise.all(outputs), unkillable.promise]);
    return await Promise.race([containers.wait(id), unkillable.promise]);
  } finally {
    signal.removeEventListener('abort', kill);
  }
}

/** At once, if it was aborted before. */
function onAbort(signal: AbortSignal, act: () => void): void {
  if (signal.aborted) act();
  else signal.addEventListener('abort', act, { once: true });
}

async function relay(stream: Readable, write: (text: Buffer) => void): Promise<void> {
  for await (const chunk of stream) write(chunk as Buffer);
}
