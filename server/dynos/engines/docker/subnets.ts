import type { HomeId } from '../../../domain/ids.ts';

interface Range {
  readonly first: number;
  readonly last: number;
}

/** `10.0.0.0/8`, or a plain address. */
export function parseRange(text: string): Range | undefined {
  const match = /^(\d+)\.(\d+)\.(\d+)\.(\d+)(?:\/(\d+))?$/.exec(text);
  if (!match) return undefined;
  const address = match.slice(1, 5).reduce((sum, byte) => sum * 256 + Number(byte), 0);
  const size = 2 ** (32 - Number(match[5] ?? 32));
  const first = address - (address % size);
  return { first, last: first + size - 1 };
}

function overlap(one: Range, other: Range): boolean {
  return one.first <= other.last && other.first <= one.last;
}

/** The /16 networks 10.64.0.0 to 10.254.0.0 that touch nothing in use; each home begins at another one. */
export function freeSubnets(home: HomeId, inUse: readonly string[]): string[] {
  const taken = inUse.flatMap((text) => parseRange(text) ?? []);
  const start = parseInt(home.slice(0, 8), 16);
  return Array.from({ length: COUNT }, (_, step) => FIRST + ((start + step) % COUNT))
    .map((second) => `10.${String(second)}.0.0/16`)
    .filter((subnet) => {
      const range = parseRange(subnet);
      return range && !taken.some((other) => overlap(range, other));
    });
}

const FIRST = 64;
const COUNT = 191;

/** Destinations of /proc/net/route, whose numbers are hex in the host's byte order; not the default route. */
export function parseRoutes(table: string): string[] {
  return table
    .split('\n')
    .slice(1)
    .map((line) => line.split('\t'))
    .filter((words) => words.length > 7 && words[7] !== '00000000')
    .map((words) => `${dotted(words[1] ?? '')}/${String(prefixLength(words[7] ?? ''))}`);
}

function dotted(hex: string): string {
  return [...Buffer.from(hex, 'hex').reverse()].join('.');
}

function prefixLength(mask: string): number {
  return parseInt(mask, 16).toString(2).replaceAll('0', '').length;
}

/** The IPv4 name servers of a resolv.conf. */
export function parseResolvers(resolvConf: string): string[] {
  return [...resolvConf.matchAll(/^\s*nameserver\s+(\d+\.\d+\.\d+\.\d+)\s*$/gm)].map(
    ([, address = '']) => address,
  );
}
