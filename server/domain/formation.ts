import type { ProcessTypes } from './procfile.ts';
import { parseProcessType } from './procfile.ts';
import { DEFAULT_DYNO_SIZE, parseDynoSize, type DynoSizeId } from './dyno-size.ts';
import { invalid, PlatformError } from './errors.ts';

export interface FormationEntry {
  readonly quantity: number;
  readonly size: DynoSizeId;
}

/** Process type → how many dynos of which size. */
export type Formation = Readonly<Record<string, FormationEntry>>;

/** Dynos of an app in all (Dev Center, dyno scaling and process limits: 100). */
export const DYNOS_PER_APP = 100;

export interface ScaleChange {
  readonly type: string;
  readonly quantity?: { readonly to: number } | { readonly by: number };
  readonly size?: DynoSizeId;
}

/** The type is as short as can be, since it may hold what looks like a sign: `my-worker=2`. */
const QUANTITY = /^([-\w]+?)([=+-])(\d+)(?::([-\w]+))?$/;
const SIZE = /^([-\w]+)=([-\w]+)$/;

/** `web=2`, `web+1`, `web-1`, `web=2:standard-2x`, `web=standard-2x`. */
export function parseScaleChange(word: string): ScaleChange {
  const [, type, sign, digits, size] = QUANTITY.exec(word) ?? sizeAlone(word);
  if (type === undefined || sign === undefined) {
    throw invalid(`"${word}" is no scale: use, say, web=2, web+1 or web=2:standard-2x.`);
  }
  return {
    type: parseProcessType(type),
    ...(digits === undefined ? {} : { quantity: parseQuantity(sign, digits) }),
    ...(size === undefined ? {} : { size: parseDynoSize(size) }),
  };
}

/** As a match of QUANTITY without digits. */
function sizeAlone(word: string): readonly (string | undefined)[] {
  const [, type, size] = SIZE.exec(word) ?? [];
  return type === undefined ? [] : [word, type, '=', undefined, size];
}

function parseQuantity(sign: string, digits: string): NonNullable<ScaleChange['quantity']> {
  const count = Number(digits);
  if (sign === '=') return { to: count };
  return { by: sign === '+' ? count : -count };
}

/** Applies scale changes; refuses unknown types and more than Heroku's 100 dynos an app. */
export function applyScaleChanges(
  formation: Formation,
  changes: readonly ScaleChange[],
  known: ProcessTypes,
): Formation {
  const next = new Map(Object.entries(formation));
  for (const change of changes) {
    if (!Object.hasOwn(known, change.type) || change.type === 'release') {
      throw notFoundType(change.type);
    }
    const entry = next.get(change.type) ?? { quantity: 0, size: DEFAULT_DYNO_SIZE };
    next.set(change.type, {
      quantity: scaled(entry.quantity, change),
      size: change.size ?? entry.size,
    });
  }
  const total = [...next.values()].reduce((sum, entry) => sum + entry.quantity, 0);
  if (total > DYNOS_PER_APP) {
    throw invalid(
      `An app can run ${String(DYNOS_PER_APP)} dynos in all; this would make ${String(total)}.`,
    );
  }
  return Object.fromEntries(next);
}

function scaled(quantity: number, change: ScaleChange): number {
  if (!change.quantity) return quantity;
  return 'to' in change.quantity ? change.quantity.to : Math.max(0, quantity + change.quantity.by);
}

/**
 * The formation after a deploy: types seen before keep quantity and size (also while a release lacks
 * them, so that a rollback finds them again), a first `web` starts at 1, any other type at 0.
 */
export function formationAfterDeploy(formation: Formation, types: ProcessTypes): Formation {
  const fresh = Object.keys(types)
    .filter((type) => type !== 'release' && !Object.hasOwn(formation, type))
    .map((type) => [type, { quantity: type === 'web' ? 1 : 0, size: DEFAULT_DYNO_SIZE }] as const);
  return { ...formation, ...Object.fromEntries(fresh) };
}

function notFoundType(type: string): PlatformError {
  return new PlatformError(
    'not_found',
    `Couldn't find that process type (${type}). Types are declared in the Procfile of the current release.`,
  );
}
