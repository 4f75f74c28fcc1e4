import type { Collaboration, Permission } from '../domain/access.ts';
import type { AccountId, AppId } from '../domain/ids.ts';
import type { Database } from './database.ts';

export interface Collaborator extends Collaboration {
  readonly accountId: AccountId;
}

export interface Collaborators {
  /** Adds the collaborator, or replaces what was granted before. */
  set(app: AppId, account: AccountId, permissions: readonly Permission[]): void;
  /** False when the account was no collaborator. */
  remove(app: AppId, account: AccountId): boolean;
  list(app: AppId): Collaborator[];
  find(app: AppId, account: AccountId): Collaboration | undefined;
}

interface CollaboratorRow {
  readonly app_id: AppId;
  readonly account_id: AccountId;
  readonly permissions: string;
}

export function createCollaborators(database: Database): Collaborators {
  const upsert = database.prepare<CollaboratorRow>(
    'INSERT OR REPLACE INTO collaborators VALUES (:app_id, :account_id, :permissions)',
  );
  const remove = database.prepare<[AppId, AccountId]>(
    'DELETE FROM collaborators WHERE app_id = ? AND account_id = ?',
  );
  const selectOfApp = database.prepare<[AppId], CollaboratorRow>(
    `SELECT collaborators.* FROM collaborators JOIN accounts ON accounts.id = account_id
      WHERE app_id = ? ORDER BY email`,
  );
  const select = database.prepare<[AppId, AccountId], CollaboratorRow>(
    'SELECT * FROM collaborators WHERE app_id = ? AND account_id = ?',
  );

  return {
    set(app, account, permissions) {
      upsert.run({
        app_id: app,
        account_id: account,
        permissions: JSON.stringify(permissions),
      });
    },
    remove: (app, account) => remove.run(app, account).changes === 1,
    list: (app) => selectOfApp.all(app).map(toCollaborator),
    find(app, account) {
      const row = select.get(app, account);
      return row && toCollaborator(row);
    },
  };
}

function toCollaborator(row: CollaboratorRow): Collaborator {
  return {
    accountId: row.account_id,
    permissions: JSON.parse(row.permissions) as Permission[],
  };
}
