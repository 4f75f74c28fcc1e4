import { dynoName } from '../domain/dyno.ts';
import { isWatchedAlive, type AppState } from './app-state.ts';

export interface DynoFilter {
  readonly type?: string;
  readonly index?: number;
}

/** Marks what the filter names for replacement and ends its back-off; counts places, not dynos. */
export function outdate(state: AppState, { type, index }: DynoFilter): number {
  const matches = (dyno: { readonly type: string; readonly index: number }): boolean =>
    (type === undefined || dyno.type === type) && (index === undefined || dyno.index === index);
  const places = new Set<string>();
  for (const dyno of [...state.dynos.values()].filter(isWatchedAlive)) {
    if (!matches(dyno.seen)) continue;
    dyno.outdated = true;
    places.add(dynoName(dyno.seen));
  }
  for (const [key, crash] of state.crashes) {
    if (!matches(crash)) continue;
    state.crashes.delete(key);
    places.add(dynoName(crash));
  }
  return places.size;
}
