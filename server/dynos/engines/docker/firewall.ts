import { createHash } from 'node:crypto';
import type { HomeId } from '../../../domain/ids.ts';
import { runProgram } from './program.ts';

export interface FirewallSpec {
  readonly home: HomeId;
  readonly bridge: string;
  /** Name servers that dynos may ask, wherever they are. */
  readonly resolvers: readonly string[];
}

/** Where clouds tell a machine its own secrets. */
const METADATA = ['169.254.0.0/16', '168.63.129.16/32', '100.100.100.200/32'];

interface Rules {
  /** Chain → its rules, in order. */
  readonly chains: Readonly<Record<string, readonly string[]>>;
  /** Rules of the engine's and the kernel's own chains that lead into ours. */
  readonly jumps: readonly { readonly chain: string; readonly rule: string }[];
}

/**
 * Dynos don't reach the host's ports nor what tells a cloud machine its secrets; the way back of what the host
 * asked them stays open. That they don't reach each other is the network's doing.
 */
export function firewallRules({ home, bridge, resolvers }: FirewallSpec): Rules {
  const inward = `${chainPrefix(home)}-IN`;
  const outward = `${chainPrefix(home)}-OUT`;
  const dns = (verdict: string): string[] =>
    resolvers.flatMap((address) =>
      ['udp', 'tcp'].map((via) => `-d ${address}/32 -p ${via} -m ${via} --dport 53 -j ${verdict}`),
    );
  const chains = {
    [inward]: [
      '-m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT',
      ...dns('ACCEPT'),
      '-j REJECT',
    ],
    [outward]: [...dns('RETURN'), ...METADATA.map((range) => `-d ${range} -j REJECT`)],
  };
  return {
    chains,
    jumps: [
      { chain: 'INPUT', rule: `-i ${bridge} -j ${inward}` },
      { chain: 'DOCKER-USER', rule: `-i ${bridge} -j ${outward}` },
    ],
  };
}

function chainPrefix(home: HomeId): string {
  return `MONOKU-${home.slice(0, 8)}`;
}

/** The mark on each rule: the home, and which rules these are, so that a change of ours replaces them. */
function mark(home: HomeId, rules: Rules): string {
  const digest = createHash('sha256').update(JSON.stringify(rules)).digest('hex').slice(0, 12);
  return `monoku ${home} ${digest}`;
}

/** Input for iptables-restore that puts the rules in place at one stroke; null when all of them are. */
export function firewallChange(spec: FirewallSpec, saved: string): string | null {
  const rules = firewallRules(spec);
  const comment = mark(spec.home, rules);
  const wanted = Object.values(rules.chains).flat().length + rules.jumps.length;
  const present = saved.split('\n').filter((line) => line.includes(`"${comment}"`));
  if (present.length === wanted) return null;
  const marked = (rule: string): string => `-m comment --comment "${comment}" ${rule}`;
  return restoreInput([
    ...Object.keys(rules.chains).map((chain) => `:${chain} - [0:0]`),
    ...jumpsOf(spec.home, saved).map((line) => line.replace(/^-A/, '-D')),
    ...Object.entries(rules.chains).flatMap(([chain, lines]) =>
      lines.map((rule) => `-A ${chain} ${marked(rule)}`),
    ),
    ...rules.jumps.map(({ chain, rule }) => `-I ${chain} 1 ${marked(rule)}`),
  ]);
}

/** Input for iptables-restore that removes the rules of a home; null when there are none. */
export function firewallRemoval(home: HomeId, saved: string): string | null {
  const chains = [...saved.matchAll(/^:(\S+)/gm)]
    .map(([, chain = '']) => chain)
    .filter((chain) => chain.startsWith(`${chainPrefix(home)}-`));
  const jumps = jumpsOf(home, saved);
  if (chains.length + jumps.length === 0) return null;
  return restoreInput([
    ...jumps.map((line) => line.replace(/^-A/, '-D')),
    ...chains.map((chain) => `-F ${chain}`),
    ...chains.map((chain) => `-X ${chain}`),
  ]);
}

/** The lines that lead from other chains into ours. */
function jumpsOf(home: HomeId, saved: string): string[] {
  return saved
    .split('\n')
    .filter((line) => line.includes(` -j ${chainPrefix(home)}-`) && line.startsWith('-A '));
}

function restoreInput(lines: readonly string[]): string {
  return ['*filter', ...lines, 'COMMIT', ''].join('\n');
}

export async function ensureFirewall(spec: FirewallSpec): Promise<void> {
  await apply((saved) => firewallChange(spec, saved));
}

export async function removeFirewall(home: HomeId): Promise<void> {
  await apply((saved) => firewallRemoval(home, saved));
}

const TRIES = 3;

/** Tries again when somebody else (the engine, another appliance) changed the tables in between. */
async function apply(change: (saved: string) => string | null): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    const input = change(await runProgram('iptables-save', ['-t', 'filter']));
    if (input === null) return;
    try {
      await runProgram('iptables-restore', ['-w', '5', '--noflush'], input);
      return;
    } catch (error) {
      if (attempt === TRIES) throw error;
    }
  }
}
