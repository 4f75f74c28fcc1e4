import type { AccountId, AppId, BuildId, ReleaseId, SlugId } from './ids.ts';
import type { Formation } from './formation.ts';
import type { ProcessTypes } from './procfile.ts';

/** Pending until an outcome is written; never stored, always derived from the outcome row. */
export type ReleaseStatus = 'pending' | 'succeeded' | 'failed';

export type ReleaseCause =
  'create' | 'deploy' | 'config' | 'rollback' | 'addon' | 'retry' | 'promote';

/** A row of the ledger. Config vars are sealed beside it and opened on their own. */
export interface Release {
  readonly id: ReleaseId;
  readonly appId: AppId;
  readonly version: number;
  readonly cause: ReleaseCause;
  readonly description: string;
  readonly accountId: AccountId;
  readonly slugId: SlugId | null;
  readonly buildId: BuildId | null;
  readonly processTypes: ProcessTypes;
  readonly formation: Formation;
  readonly createdAt: Date;
  readonly status: ReleaseStatus;
  /** Why it failed, one sentence. */
  readonly failure: string | null;
  readonly settledAt: Date | null;
}

export type ReleaseOutcome =
  { readonly status: 'succeeded' } | { readonly status: 'failed'; readonly failure: string };

/** "v12", "12" → 12. */
export function parseReleaseVersion(text: string): number | undefined {
  const match = /^v?([1-9]\d{0,8})$/.exec(text);
  return match?.[1] === undefined ? undefined : Number(match[1]);
}

export function releaseName(release: { readonly version: number }): string {
  return `v${String(release.version)}`;
}
