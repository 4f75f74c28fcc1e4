import { execFileSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';

export interface TestNetwork extends Disposable {
  readonly name: string;
}

/** A bridge of the test's own: the engine's default one may be missing, or switched off. */
export function createTestNetwork(): TestNetwork {
  const name = `monoku-test-${randomUUID()}`;
  docker('network', 'create', '--label', `home=${randomUUID()}`, name);
  return {
    name,
    [Symbol.dispose]: () => {
      docker('network', 'rm', name);
    },
  };
}

function docker(...args: string[]): void {
  execFileSync('docker', args, { stdio: ['ignore', 'ignore', 'pipe'] });
}
