import type { Formation } from '../domain/formation.ts';
import type { AccountId, AppId, BuildId, ReleaseId, SlugId } from '../domain/ids.ts';
import type { ProcessTypes } from '../domain/procfile.ts';
import type { Release, ReleaseCause } from '../domain/release.ts';
import type { LedgerEntry } from './ledger-chain.ts';

/** What is written of a release, but for its place in the chain, which SQLite allots. */
export interface ReleaseFields {
  readonly id: ReleaseId;
  readonly app_id: AppId;
  readonly cause: ReleaseCause;
  readonly description: string;
  readonly account_id: AccountId;
  readonly slug_id: SlugId | null;
  readonly build_id: BuildId | null;
  readonly process_types: string;
  readonly formation: string;
  readonly addons: string;
  readonly config: Buffer;
  readonly created_at: number;
}

export interface OutcomeFields {
  readonly app_id: AppId;
  readonly status: 'succeeded' | 'failed';
  readonly failure: string | null;
  readonly settled_at: number;
}

interface Place {
  readonly version: number;
  readonly entry: number;
  readonly hash: Buffer;
}

export type ReleaseRow = ReleaseFields & Place;
export type OutcomeRow = OutcomeFields & Place;

/** A release with its outcome's columns, all null while it is pending. */
export type SettledRow = ReleaseRow & {
  readonly [Column in 'status' | 'failure' | 'settled_at']: OutcomeFields[Column] | null;
};

/** In a fixed order, since the hash covers it. */
export function releaseFieldList(row: ReleaseFields): LedgerEntry['fields'] {
  return [
    row.id,
    row.app_id,
    row.cause,
    row.description,
    row.account_id,
    row.slug_id,
    row.build_id,
    row.process_types,
    row.formation,
    row.addons,
    row.config.toString('base64'),
    row.created_at,
  ];
}

/** In a fixed order, since the hash covers it. */
export function outcomeFieldList(row: OutcomeFields): LedgerEntry['fields'] {
  return [row.app_id, row.status, row.failure, row.settled_at];
}

export function releaseEntry(row: ReleaseRow): LedgerEntry {
  const { entry, version, hash } = row;
  return { kind: 'release', entry, version, hash, fields: releaseFieldList(row) };
}

export function outcomeEntry(row: OutcomeRow): LedgerEntry {
  const { entry, version, hash } = row;
  return { kind: 'outcome', entry, version, hash, fields: outcomeFieldList(row) };
}

export function toRelease(row: SettledRow): Release {
  return {
    id: row.id,
    appId: row.app_id,
    version: row.version,
    cause: row.cause,
    description: row.description,
    accountId: row.account_id,
    slugId: row.slug_id,
    buildId: row.build_id,
    processTypes: JSON.parse(row.process_types) as ProcessTypes,
    formation: JSON.parse(row.formation) as Formation,
    createdAt: new Date(row.created_at),
    status: row.status ?? 'pending',
    failure: row.failure,
    settledAt: row.settled_at === null ? null : new Date(row.settled_at),
  };
}
