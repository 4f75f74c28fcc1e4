import type { DynoSizeId } from '../domain/dyno-size.ts';
import type { Formation } from '../domain/formation.ts';
import type { AppId } from '../domain/ids.ts';
import { transaction, type Database } from './database.ts';

/** What an app should run now; a release holds a snapshot of it. */
export interface Formations {
  read(app: AppId): Formation;
  write(app: AppId, formation: Formation): void;
}

interface FormationRow {
  readonly app_id: AppId;
  readonly type: string;
  readonly quantity: number;
  readonly size: DynoSizeId;
}

export function createFormations(database: Database): Formations {
  const select = database.prepare<[AppId], FormationRow>(
    'SELECT * FROM formations WHERE app_id = ? ORDER BY rowid',
  );
  const remove = database.prepare<[AppId]>('DELETE FROM formations WHERE app_id = ?');
  const insert = database.prepare<FormationRow>(
    'INSERT INTO formations VALUES (:app_id, :type, :quantity, :size)',
  );

  return {
    read: (app) =>
      Object.fromEntries(
        select.all(app).map(({ type, quantity, size }) => [type, { quantity, size }]),
      ),
    write(app, formation) {
      transaction(database, () => {
        remove.run(app);
        for (const [type, { quantity, size }] of Object.entries(formation)) {
          insert.run({ app_id: app, type, quantity, size });
        }
      });
    },
  };
}
