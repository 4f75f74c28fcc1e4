import type { AppId } from '../domain/ids.ts';
import { transaction, type Database } from './database.ts';

/** The buildpacks an app asked for, in the order they run. Empty: detected. */
export interface Buildpacks {
  list(app: AppId): string[];
  set(app: AppId, urls: readonly string[]): void;
}

export function createBuildpacks(database: Database): Buildpacks {
  const select = database
    .prepare<[AppId], string>('SELECT url FROM buildpacks WHERE app_id = ? ORDER BY position')
    .pluck();
  const remove = database.prepare<[AppId]>('DELETE FROM buildpacks WHERE app_id = ?');
  const insert = database.prepare<[AppId, number, string]>(
    'INSERT INTO buildpacks VALUES (?, ?, ?)',
  );

  return {
    list: (app) => select.all(app),
    set(app, urls) {
      transaction(database, () => {
        remove.run(app);
        for (const [index, url] of urls.entries()) insert.run(app, index + 1, url);
      });
    },
  };
}
