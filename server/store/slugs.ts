import { createId, type AppId, type SlugId } from '../domain/ids.ts';
import type { ProcessTypes } from '../domain/procfile.ts';
import type { Slug } from '../domain/slug.ts';
import type { Database } from './database.ts';

export type NewSlug = Omit<Slug, 'id' | 'createdAt'>;

export interface Slugs {
  /** The file must be durable by then: a row promises that it is there. */
  create(slug: NewSlug): Slug;
  find(id: SlugId): Slug | undefined;
  /** Newest first. */
  list(app: AppId): Slug[];
}

interface SlugRow {
  readonly id: SlugId;
  readonly app_id: AppId;
  readonly sha256: string;
  readonly size: number;
  readonly process_types: string;
  readonly commit: string | null;
  readonly commit_description: string | null;
  readonly buildpack: string;
  readonly stack: string;
  readonly created_at: number;
}

export function createSlugs(database: Database, now: () => Date): Slugs {
  const insert = database.prepare<SlugRow>(
    `INSERT INTO slugs VALUES
       (NULL, :id, :app_id, :sha256, :size, :process_types, :commit, :commit_description,
        :buildpack, :stack, :created_at)`,
  );
  const select = database.prepare<[SlugId], SlugRow>('SELECT * FROM slugs WHERE id = ?');
  const selectOfApp = database.prepare<[AppId], SlugRow>(
    'SELECT * FROM slugs WHERE app_id = ? ORDER BY number DESC',
  );

  return {
    create(slug) {
      const row = newRow(slug, now());
      insert.run(row);
      return toSlug(row);
    },
    find(id) {
      const row = select.get(id);
      return row && toSlug(row);
    },
    list: (app) => selectOfApp.all(app).map(toSlug),
  };
}

function newRow(slug: NewSlug, at: Date): SlugRow {
  return {
    id: createId<SlugId>(),
    app_id: slug.appId,
    sha256: slug.sha256,
    size: slug.size,
    process_types: JSON.stringify(slug.processTypes),
    commit: slug.commit,
    commit_description: slug.commitDescription,
    buildpack: slug.buildpack,
    stack: slug.stack,
    created_at: at.getTime(),
  };
}

function toSlug(row: SlugRow): Slug {
  return {
    id: row.id,
    appId: row.app_id,
    sha256: row.sha256,
    size: row.size,
    processTypes: JSON.parse(row.process_types) as ProcessTypes,
    commit: row.commit,
    commitDescription: row.commit_description,
    buildpack: row.buildpack,
    stack: row.stack,
    createdAt: new Date(row.created_at),
  };
}
