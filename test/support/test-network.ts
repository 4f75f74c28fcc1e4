import { execFileSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';

export interface TestNetwork extends Disposable {
  readonly name: string;
  /** The address by which containers reach this machine. */
  readonly gateway: string;
}

/** A bridge of the test's own: the engine's default one may be missing, or switched off. */
export function createTestNetwork(): TestNetwork {
  const name = `monoku-test-${randomUUID()}`;
  docker('network', 'create', '--label', `home=${randomUUID()}`, name);
  const gateway = docker(
    'network',
    'inspect',
    '--format',
    '{{(index .IPAM.Config 0).Gateway}}',
    name,
  );
  return {
    name,
    gateway,
    [Symbol.dispose]: () => {
      docker('network', 'rm', name);
    },
  };
}

function docker(...args: string[]): string {
  return execFileSync('docker', args, {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
  }).trim();
}
