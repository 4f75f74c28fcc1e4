import { invalid } from './errors.ts';

/** What a dyno of this size may use. Memory in MB; cpuShares relative to 1X = 1024; pids = processes and threads. */
export interface DynoSize {
  readonly name: string;
  readonly memory: number;
  readonly cpuShares: number;
  readonly pids: number;
}

/** Heroku's sizes (Dev Center, dyno types, June 2024). */
export const DYNO_SIZES = {
  eco: { name: 'Eco', memory: 512, cpuShares: 1024, pids: 256 },
  basic: { name: 'Basic', memory: 512, cpuShares: 1024, pids: 256 },
  'standard-1x': { name: 'Standard-1X', memory: 512, cpuShares: 1024, pids: 256 },
  'standard-2x': { name: 'Standard-2X', memory: 1024, cpuShares: 2048, pids: 512 },
  'performance-m': { name: 'Performance-M', memory: 2560, cpuShares: 12_288, pids: 16_384 },
  'performance-l': { name: 'Performance-L', memory: 14_336, cpuShares: 51_200, pids: 32_768 },
  'performance-l-ram': {
    name: 'Performance-L-RAM',
    memory: 30_720,
    cpuShares: 24_576,
    pids: 16_384,
  },
  'performance-xl': { name: 'Performance-XL', memory: 63_488, cpuShares: 51_200, pids: 32_768 },
  'performance-2xl': { name: 'Performance-2XL', memory: 129_024, cpuShares: 102_400, pids: 65_536 },
} as const satisfies Record<string, DynoSize>;

export type DynoSizeId = keyof typeof DYNO_SIZES;

export const DEFAULT_DYNO_SIZE: DynoSizeId = 'standard-1x';

const SHORT: ReadonlyMap<string, DynoSizeId> = new Map([
  ['1x', 'standard-1x'],
  ['2x', 'standard-2x'],
]);

export function parseDynoSize(text: string): DynoSizeId {
  const id = text.toLowerCase();
  if (Object.hasOwn(DYNO_SIZES, id)) return id as DynoSizeId;
  const short = SHORT.get(id);
  if (short) return short;
  const names = Object.values(DYNO_SIZES).map((size) => size.name);
  throw invalid(`No such dyno size as ${text}. Sizes are ${names.join(', ')}.`);
}
