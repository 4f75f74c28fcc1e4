import type { Build, BuildStatus } from '../domain/build.ts';
import { notFound } from '../domain/errors.ts';
import {
  createId,
  type AccountId,
  type AppId,
  type BuildId,
  type ReleaseId,
  type SlugId,
} from '../domain/ids.ts';
import type { Submodule } from '../domain/submodule.ts';
import type { Database } from './database.ts';

export interface NewBuild {
  readonly appId: AppId;
  readonly accountId: AccountId;
  /** Names the stored tarball. */
  readonly sourceId: string;
  readonly sourceVersion: string | null;
  readonly sourceDescription: string | null;
  readonly submodules: readonly Submodule[];
}

export type BuildOutcome =
  | { readonly status: 'succeeded'; readonly slugId: SlugId; readonly releaseId: ReleaseId }
  | { readonly status: 'failed'; readonly failure: string };

/** The outbox of builds: a build that is asked for is a row here before anybody is told so. */
export interface Builds {
  create(build: NewBuild): Build;
  find(id: BuildId): Build | undefined;
  /** Newest first. */
  list(app: AppId): Build[];
  /** Those without an outcome, started or not, oldest first. */
  pending(app: AppId): Build[];
  /** Destroyed apps too: their builds are still to be failed. */
  appsWithPending(): AppId[];
  sourceId(id: BuildId): string;
  submodules(id: BuildId): readonly Submodule[];
  /** False when it was started or finished before: a build runs once. */
  start(id: BuildId): boolean;
  /** False when it was finished before: the first outcome stays. */
  finish(id: BuildId, outcome: BuildOutcome): boolean;
}

interface BuildRow {
  readonly id: BuildId;
  readonly app_id: AppId;
  readonly account_id: AccountId;
  readonly source_id: string;
  readonly source_version: string | null;
  readonly source_description: string | null;
  readonly submodules: string;
  readonly created_at: number;
  readonly started_at: number | null;
  readonly finished_at: number | null;
  readonly failure: string | null;
  readonly slug_id: SlugId | null;
  readonly release_id: ReleaseId | null;
}

type OutcomeColumns = Pick<BuildRow, 'id' | 'failure' | 'slug_id' | 'release_id'> & {
  readonly at: number;
};

export function createBuilds(database: Database, now: () => Date): Builds {
  const sql = prepareStatements(database);

  function existing(id: BuildId): BuildRow {
    const row = sql.byId.get(id);
    if (!row) throw notFound('build');
    return row;
  }

  return {
    create(build) {
      const row = newRow(build, now());
      sql.insert.run(row);
      return toBuild(row);
    },
    find(id) {
      const row = sql.byId.get(id);
      return row && toBuild(row);
    },
    list: (app) => sql.ofApp.all(app).map(toBuild),
    pending: (app) => sql.pending.all(app).map(toBuild),
    appsWithPending: () => sql.appsWithPending.all(),
    sourceId: (id) => existing(id).source_id,
    submodules: (id) => JSON.parse(existing(id).submodules) as Submodule[],
    start: (id) => sql.start.run(now().getTime(), id).changes === 1,
    finish: (id, outcome) =>
      sql.finish.run(outcomeColumns(id, outcome, now().getTime())).changes === 1,
  };
}

function prepareStatements(database: Database) {
  return {
    insert: database.prepare<BuildRow>(
      `INSERT INTO builds VALUES
         (NULL, :id, :app_id, :account_id, :source_id, :source_version, :source_description,
          :submodules, :created_at, :started_at, :finished_at, :failure, :slug_id, :release_id)`,
    ),
    byId: database.prepare<[BuildId], BuildRow>('SELECT * FROM builds WHERE id = ?'),
    ofApp: database.prepare<[AppId], BuildRow>(
      'SELECT * FROM builds WHERE app_id = ? ORDER BY number DESC',
    ),
    pending: database.prepare<[AppId], BuildRow>(
      'SELECT * FROM builds WHERE app_id = ? AND finished_at IS NULL ORDER BY number',
    ),
    appsWithPending: database
      .prepare<[], AppId>('SELECT DISTINCT app_id FROM builds WHERE finished_at IS NULL')
      .pluck(),
    start: database.prepare<[number, BuildId]>(
      `UPDATE builds SET started_at = ?
        WHERE id = ? AND started_at IS NULL AND finished_at IS NULL`,
    ),
    finish: database.prepare<OutcomeColumns>(
      `UPDATE builds
          SET finished_at = :at, failure = :failure, slug_id = :slug_id, release_id = :release_id
        WHERE id = :id AND finished_at IS NULL`,
    ),
  };
}

function newRow(build: NewBuild, at: Date): BuildRow {
  return {
    id: createId<BuildId>(),
    app_id: build.appId,
    account_id: build.accountId,
    source_id: build.sourceId,
    source_version: build.sourceVersion,
    source_description: build.sourceDescription,
    submodules: JSON.stringify(build.submodules),
    created_at: at.getTime(),
    started_at: null,
    finished_at: null,
    failure: null,
    slug_id: null,
    release_id: null,
  };
}

function outcomeColumns(id: BuildId, outcome: BuildOutcome, at: number): OutcomeColumns {
  if (outcome.status === 'failed') {
    return { id, at, failure: outcome.failure, slug_id: null, release_id: null };
  }
  return { id, at, failure: null, slug_id: outcome.slugId, release_id: outcome.releaseId };
}

function toBuild(row: BuildRow): Build {
  return {
    id: row.id,
    appId: row.app_id,
    accountId: row.account_id,
    status: statusOf(row),
    sourceVersion: row.source_version,
    sourceDescription: row.source_description,
    startedAt: toDate(row.started_at),
    finishedAt: toDate(row.finished_at),
    failure: row.failure,
    slugId: row.slug_id,
    releaseId: row.release_id,
    createdAt: new Date(row.created_at),
  };
}

function statusOf(row: BuildRow): BuildStatus {
  if (row.finished_at === null) return 'pending';
  return row.failure === null ? 'succeeded' : 'failed';
}

function toDate(time: number | null): Date | null {
  return time === null ? null : new Date(time);
}
