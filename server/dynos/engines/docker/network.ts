import { readFile } from 'node:fs/promises';
import type { Docker } from '../../../docker/docker.ts';
import { PlatformError } from '../../../domain/errors.ts';
import type { HomeId } from '../../../domain/ids.ts';
import { ensureFirewall, removeFirewall } from './firewall.ts';
import { homeLabels } from './labels.ts';
import { freeSubnets, parseResolvers, parseRoutes } from './subnets.ts';

export interface DynoNetwork {
  readonly name: string;
  /** Makes what is missing of the network and its firewall; cheap when nothing is. Returns the subnet, a /16. */
  ensure(): Promise<string>;
  remove(): Promise<void>;
}

export function createDynoNetwork(docker: Docker, home: HomeId): DynoNetwork {
  const name = `monoku-${home}`;
  const bridge = `mk-${home.slice(0, 8)}`;
  return {
    name,
    async ensure() {
      const resolvers = await readResolvers();
      const [subnet] = await Promise.all([
        ensureBridge(resolvers),
        ensureFirewall({ home, bridge, resolvers }),
      ]);
      return subnet;
    },
    async remove() {
      await docker.networks.remove(name);
      await removeFirewall(home);
    },
  };

  async function ensureBridge(resolvers: readonly string[]): Promise<string> {
    const found = (await docker.networks.inspect(name))?.subnets[0];
    return found ?? createBridge(resolvers);
  }

  async function createBridge(resolvers: readonly string[]): Promise<string> {
    const networks = (await docker.networks.list({})).flatMap(({ subnets }) => subnets);
    const routes = parseRoutes(await readFile('/proc/net/route', 'utf8'));
    for (const subnet of freeSubnets(home, [...networks, ...routes, ...resolvers])) {
      const prefix = subnet.replace(/\.0\.0\/16$/, '');
      const made = await docker.networks.create({
        name,
        bridge,
        subnet,
        gateway: `${prefix}.0.1`,
        dynamicRange: `${prefix}.0.0/24`,
        labels: homeLabels(home),
      });
      // not made: another appliance was faster, with this subnet or, in another process, with this name
      const ours = (await docker.networks.inspect(name))?.subnets[0];
      if (made || ours !== undefined) return ours ?? subnet;
    }
    throw new PlatformError(
      'unavailable',
      'No free network is left for dynos: all of 10.64.0.0 to 10.254.0.0 is in use on this machine. ' +
        'Remove Docker networks that nobody needs (docker network ls), then try again.',
    );
  }
}

/** What the machine asks itself; behind a local cache, what that one asks. */
async function readResolvers(): Promise<string[]> {
  const files = ['/etc/resolv.conf', '/run/systemd/resolve/resolv.conf'];
  const texts = await Promise.all(files.map((file) => readFile(file, 'utf8').catch(() => '')));
  const addresses = texts.flatMap(parseResolvers).filter((address) => !address.startsWith('127.'));
  return [...new Set(addresses)].sort();
}
