import type Dockerode from 'dockerode';
import { isRefusal, unlessMissing, type Call } from './failure.ts';
import { toFilter, type Labels } from './labels.ts';

/** A bridge network whose containers don't reach each other. */
export interface NetworkSpec {
  readonly name: string;
  /** The bridge's interface name on the host, at most 15 characters. */
  readonly bridge: string;
  /** `10.128.0.0/16`. */
  readonly subnet: string;
  readonly gateway: string;
  /** The part of the subnet that the engine gives to containers without a fixed address. */
  readonly dynamicRange: string;
  readonly labels: Labels;
}

export interface Network {
  readonly id: string;
  readonly name: string;
  readonly bridge: string | null;
  readonly subnets: readonly string[];
  readonly labels: Labels;
}

export interface Networks {
  /** False when the name or the subnet is taken. */
  create(spec: NetworkSpec): Promise<boolean>;
  inspect(name: string): Promise<Network | undefined>;
  /** All of the engine's when no labels are given. */
  list(labels: Labels): Promise<readonly Network[]>;
  /** False when there was none. */
  remove(name: string): Promise<boolean>;
}

export function createNetworks(client: Dockerode, call: Call): Networks {
  return {
    async create(spec) {
      try {
        await call(() => client.createNetwork(toOptions(spec)));
        return true;
      } catch (error) {
        // 403 (and 500 on older engines): the subnet or the bridge is another network's; 409: so is the name
        if (isRefusal(error, 409, 403) || (isRefusal(error, 500) && isTaken(error))) return false;
        throw error;
      }
    },
    async inspect(name) {
      const found = await unlessMissing(call(() => client.getNetwork(name).inspect()));
      return found && parseNetwork(found);
    },
    async list(labels) {
      const filters = { label: toFilter(labels) };
      return (await call(() => client.listNetworks({ filters }))).map(parseNetwork);
    },
    async remove(name) {
      const removal = call(async () => {
        await client.getNetwork(name).remove();
        return true;
      });
      return (await unlessMissing(removal)) ?? false;
    },
  };
}

function isTaken({ message }: Error): boolean {
  return /overlaps|already exists|conflicts/i.test(message);
}

function toOptions(spec: NetworkSpec): Dockerode.NetworkCreateOptions {
  return {
    Name: spec.name,
    CheckDuplicate: true,
    Driver: 'bridge',
    EnableIPv6: false,
    IPAM: {
      Driver: 'default',
      Config: [{ Subnet: spec.subnet, Gateway: spec.gateway, IPRange: spec.dynamicRange }],
    },
    Options: {
      'com.docker.network.bridge.name': spec.bridge,
      'com.docker.network.bridge.enable_icc': 'false',
    },
    Labels: { ...spec.labels },
  };
}

function parseNetwork(info: Dockerode.NetworkInspectInfo): Network {
  return {
    id: info.Id,
    name: info.Name,
    bridge: info.Options?.['com.docker.network.bridge.name'] ?? null,
    subnets: (info.IPAM?.Config ?? []).flatMap(({ Subnet }) => Subnet ?? []),
    labels: info.Labels ?? {},
  };
}
