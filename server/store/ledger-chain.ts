import { createHash } from 'node:crypto';

/** A release or an outcome as the chain sees it: where it stands, what it says, and its hash. */
export interface LedgerEntry {
  readonly kind: 'release' | 'outcome';
  readonly entry: number;
  readonly version: number;
  /** All other columns, as they were written. */
  readonly fields: readonly (string | number | null)[];
  readonly hash: Buffer;
}

export type Verification =
  | { readonly ok: true; readonly rows: number }
  | { readonly ok: false; readonly version: number; readonly reason: string };

/** The hash of an entry: over the hash of the one before it, its place and all its fields. */
export function hashEntry(previous: Buffer | null, entry: Omit<LedgerEntry, 'hash'>): Buffer {
  const { kind, entry: number, version, fields } = entry;
  return chainHash(previous, number, version, encodeFields(kind, fields));
}

/** As `hashEntry`, of fields that are encoded already: what SQLite calls while it allots the place. */
export function chainHash(
  previous: Buffer | null,
  entry: number,
  version: number,
  encoded: string,
): Buffer {
  const text = JSON.stringify([previous?.toString('hex') ?? null, entry, version, encoded]);
  return createHash('sha256').update(text).digest();
}

/** One text for one list of fields, whatever they hold: JSON quotes what could be taken for a border. */
export function encodeFields(kind: LedgerEntry['kind'], fields: LedgerEntry['fields']): string {
  return JSON.stringify([kind, ...fields]);
}

/** Walks an app's entries in order and stops at the first that isn't what was appended there. */
export function verifyChain(entries: Iterable<LedgerEntry>): Verification {
  let previous: Buffer | null = null;
  let rows = 0;
  let releases = 0;
  for (const entry of entries) {
    rows += 1;
    if (entry.kind === 'release') releases += 1;
    const reason = fault(entry, { previous, rows, releases });
    if (reason !== undefined) return { ok: false, version: entry.version, reason };
    previous = entry.hash;
  }
  return { ok: true, rows };
}

interface Place {
  readonly previous: Buffer | null;
  readonly rows: number;
  readonly releases: number;
}

function fault(entry: LedgerEntry, place: Place): string | undefined {
  const name = `The ${entry.kind} row of v${entry.version}`;
  if (entry.entry !== place.rows) {
    return `${name} is entry ${entry.entry}; expected entry ${place.rows}, which is missing.`;
  }
  if (entry.kind === 'release' && entry.version !== place.releases) {
    return `${name} is release number ${place.releases} of its app.`;
  }
  if (!hashEntry(place.previous, entry).equals(entry.hash)) {
    return `${name} is not what was appended: its hash does not fit its fields and the row before it.`;
  }
  return undefined;
}
