import { randomUUID } from 'node:crypto';
import { after } from 'node:test';
import type { ContainerSpec } from '../../server/docker/container-spec.ts';
import { createDocker, type Docker } from '../../server/docker/docker.ts';
import { ensureStack } from './stack.ts';

export interface DockerFixture {
  readonly docker: Docker;
  /** On everything that the suite makes, and on nothing else. */
  readonly labels: { readonly 'io.monoku.home': string };
  /** A small container of the run image that runs a line of bash. */
  spec(script: string, changes?: Partial<ContainerSpec>): ContainerSpec;
}

/** The machine's engine; what the suite leaves behind is removed at its end. */
export function dockerFixture(): DockerFixture {
  const docker = createDocker();
  const labels = { 'io.monoku.home': randomUUID() };
  const image = ensureStack().run;
  after(async () => {
    const left = await docker.containers.list(labels);
    await Promise.all(left.map(({ id }) => docker.containers.remove(id)));
  });
  return {
    docker,
    labels,
    spec: (script, changes) => ({
      name: `monoku-test-${randomUUID()}`,
      image,
      labels,
      command: ['bash', '-c', script],
      user: '25000:25000',
      network: 'none',
      limits: { memory: 64, pids: 64 },
      log: 'local',
      ...changes,
    }),
  };
}
