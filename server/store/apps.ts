import type { App } from '../domain/app.ts';
import { invalid, notFound } from '../domain/errors.ts';
import { createId, type AccountId, type AppId } from '../domain/ids.ts';
import type { AppKeys } from './app-keys.ts';
import { transaction, type Database } from './database.ts';

export interface NewApp {
  readonly name: string;
  readonly ownerId: AccountId;
}

/** Living apps; of a destroyed one only the ledger still tells. */
export interface Apps {
  /** Throws `invalid_params` when a living app has the name; so does `rename`. */
  create(app: NewApp): App;
  find(id: AppId): App | undefined;
  findByName(name: string): App | undefined;
  /** By name. */
  list(): App[];
  rename(id: AppId, name: string): App;
  setMaintenance(id: AppId, on: boolean): App;
  /** For good: the key of its config vars goes, its name is free again. */
  destroy(id: AppId): void;
}

interface AppRow {
  readonly id: AppId;
  readonly name: string;
  readonly owner_id: AccountId;
  readonly maintenance: number;
  readonly created_at: number;
  readonly updated_at: number;
}

export function createApps(database: Database, keys: AppKeys, now: () => Date): Apps {
  const sql = prepareStatements(database);

  function existing(id: AppId): App {
    const row = sql.byId.get(id);
    if (!row) throw notFound('app');
    return toApp(row);
  }

  function requireFreeName(name: string): void {
    if (sql.byName.get(name)) throw invalid(`Name ${name} is already taken.`);
  }

  return {
    create({ name, ownerId }) {
      return transaction(database, () => {
        requireFreeName(name);
        const id = createId<AppId>();
        const at = now().getTime();
        sql.insert.run({
          id,
          name,
          owner_id: ownerId,
          maintenance: 0,
          created_at: at,
          updated_at: at,
        });
        keys.create(id);
        return existing(id);
      });
    },
    find(id) {
      const row = sql.byId.get(id);
      return row && toApp(row);
    },
    findByName(name) {
      const row = sql.byName.get(name);
      return row && toApp(row);
    },
    list: () => sql.all.all().map(toApp),
    rename(id, name) {
      return transaction(database, () => {
        if (existing(id).name !== name) requireFreeName(name);
        sql.rename.run(name, now().getTime(), id);
        return existing(id);
      });
    },
    setMaintenance(id, on) {
      sql.maintain.run(on ? 1 : 0, now().getTime(), id);
      return existing(id);
    },
    destroy(id) {
      transaction(database, () => {
        existing(id);
        keys.destroy(id);
        for (const statement of sql.forget) statement.run(id);
        sql.destroy.run(now().getTime(), id);
      });
      // the write-ahead log still holds the key's old page; inside a larger transaction, until its next checkpoint
      if (!database.inTransaction) database.pragma('wal_checkpoint(TRUNCATE)');
    },
  };
}

function prepareStatements(database: Database) {
  const living = 'SELECT * FROM apps WHERE destroyed_at IS NULL';
  return {
    insert: database.prepare<AppRow>(
      `INSERT INTO apps VALUES
         (:id, :name, :owner_id, :maintenance, :created_at, :updated_at, NULL)`,
    ),
    byId: database.prepare<[AppId], AppRow>(`${living} AND id = ?`),
    byName: database.prepare<[string], AppRow>(`${living} AND name = ?`),
    all: database.prepare<[], AppRow>(`${living} ORDER BY name`),
    rename: database.prepare<[string, number, AppId]>(
      'UPDATE apps SET name = ?, updated_at = ? WHERE id = ?',
    ),
    maintain: database.prepare<[number, number, AppId]>(
      'UPDATE apps SET maintenance = ?, updated_at = ? WHERE id = ?',
    ),
    destroy: database.prepare<[number, AppId]>('UPDATE apps SET destroyed_at = ? WHERE id = ?'),
    forget: ['collaborators', 'buildpacks', 'formations'].map((table) =>
      database.prepare<[AppId]>(`DELETE FROM ${table} WHERE app_id = ?`),
    ),
  };
}

function toApp(row: AppRow): App {
  return {
    id: row.id,
    name: row.name,
    ownerId: row.owner_id,
    maintenance: row.maintenance === 1,
    createdAt: new Date(row.created_at),
    updatedAt: new Date(row.updated_at),
  };
}
