import type { AccountId, AppId, BuildId, ReleaseId, SlugId } from './ids.ts';

/** Platform API schema, build.status. */
export type BuildStatus = 'pending' | 'succeeded' | 'failed';

export interface Build {
  readonly id: BuildId;
  readonly appId: AppId;
  readonly accountId: AccountId;
  readonly status: BuildStatus;
  /** The commit, or whatever the sender calls this version. */
  readonly sourceVersion: string | null;
  readonly sourceDescription: string | null;
  /** Null until its container is about to start; a started build is never run twice. */
  readonly startedAt: Date | null;
  readonly finishedAt: Date | null;
  /** Why it failed, one sentence. */
  readonly failure: string | null;
  readonly slugId: SlugId | null;
  readonly releaseId: ReleaseId | null;
  readonly createdAt: Date;
}

/** Minutes a build may take (Dev Center, slug compiler, 2026-03-06). */
export const BUILD_TIMEOUT_MINUTES = 25;
/** Bytes of output kept of a build (Dev Center, limits). */
export const BUILD_OUTPUT_LIMIT = 300 * 1024 ** 2;
/** Why builds and releases fail that were under way. */
export const APP_DESTROYED = 'The app was destroyed.';
