import type { AppId } from '../domain/ids.ts';
import type { Database } from './database.ts';
import { createKey, KEY_BYTES, seal, unseal } from './seal.ts';

/** One key an app, kept wrapped by the master key, which is not in the database. */
export interface AppKeys {
  create(app: AppId): void;
  /** Undefined once the app is destroyed. */
  find(app: AppId): Buffer | undefined;
  destroy(app: AppId): void;
}

interface KeyRow {
  readonly app_id: AppId;
  readonly wrapped: Buffer;
}

export function createAppKeys(database: Database, masterKey: Buffer): AppKeys {
  if (masterKey.length !== KEY_BYTES) {
    throw new Error(`The master key has ${masterKey.length} bytes; expected ${KEY_BYTES}.`);
  }
  const insert = database.prepare<KeyRow>('INSERT INTO app_keys VALUES (:app_id, :wrapped)');
  const select = database.prepare<[AppId], KeyRow>('SELECT * FROM app_keys WHERE app_id = ?');
  const remove = database.prepare<[AppId]>('DELETE FROM app_keys WHERE app_id = ?');
  requireRightMasterKey(database, masterKey);

  return {
    create(app) {
      insert.run({ app_id: app, wrapped: seal(masterKey, createKey(), about(app)) });
    },
    find(app) {
      const row = select.get(app);
      return row && unseal(masterKey, row.wrapped, about(app));
    },
    destroy(app) {
      remove.run(app);
    },
  };
}

/** A wrong master key is told at the start, before anything is sealed with it. */
function requireRightMasterKey(database: Database, masterKey: Buffer): void {
  const row = database.prepare<[], KeyRow>('SELECT * FROM app_keys LIMIT 1').get();
  if (!row) return;
  try {
    unseal(masterKey, row.wrapped, about(row.app_id));
  } catch (cause) {
    throw new Error(
      `The master key does not open ${database.name}: put back the master.key that this database was made with.`,
      { cause },
    );
  }
}

function about(app: AppId): string {
  return `key of app ${app}`;
}
