import type { App } from '../domain/app.ts';
import type { DynoSizeId } from '../domain/dyno-size.ts';
import type { Formation } from '../domain/formation.ts';
import type { Release } from '../domain/release.ts';
import type { Slug } from '../domain/slug.ts';

export interface RunnableRelease {
  readonly release: Release;
  readonly slug: Slug;
}

/** What an app should run: its current release, and the one on its way to become it. */
export interface WantedApp {
  readonly app: App;
  readonly formation: Formation;
  readonly current: RunnableRelease | null;
  readonly candidate: RunnableRelease | null;
}

/** A place in the formation: `web.1`. */
export interface Slot {
  readonly type: string;
  readonly index: number;
  readonly size: DynoSizeId;
}

/** The process type that takes requests, the only one that two releases run at once. */
export const WEB = 'web';

/** Every place that the formation gives to the process types of a release. */
export function slotsOf({ release }: RunnableRelease, formation: Formation): readonly Slot[] {
  return Object.entries(formation)
    .filter(([type]) => type !== 'release' && Object.hasOwn(release.processTypes, type))
    .flatMap(([type, { quantity, size }]) =>
      Array.from({ length: quantity }, (_, at) => ({ type, index: at + 1, size })),
    );
}
