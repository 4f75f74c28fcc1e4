import { conflict, notFound } from '../domain/errors.ts';
import { createId, type AccountId } from '../domain/ids.ts';
import type { Account, AccountState } from '../domain/account.ts';
import { transaction, type Database } from './database.ts';

export interface NewAccount {
  readonly email: string;
  readonly name?: string | null;
  readonly admin?: boolean;
  readonly state?: AccountState;
}

export interface Accounts {
  /** Throws `conflict` when the address has an account. */
  create(account: NewAccount): Account;
  find(id: AccountId): Account | undefined;
  findByEmail(email: string): Account | undefined;
  /** By address. */
  list(): Account[];
  setState(id: AccountId, state: AccountState): Account;
  setPassword(id: AccountId, hash: string | null): void;
  /** Null when the account has no password. */
  passwordHash(id: AccountId): string | null;
}

interface AccountRow {
  readonly id: AccountId;
  readonly email: string;
  readonly name: string | null;
  readonly admin: number;
  readonly state: AccountState;
  readonly password_hash: string | null;
  readonly created_at: number;
  readonly updated_at: number;
}

export function createAccounts(database: Database, now: () => Date): Accounts {
  const insert = database.prepare<AccountRow>(
    `INSERT INTO accounts VALUES
       (:id, :email, :name, :admin, :state, :password_hash, :created_at, :updated_at)`,
  );
  const selectById = database.prepare<[AccountId], AccountRow>(
    'SELECT * FROM accounts WHERE id = ?',
  );
  const selectByEmail = database.prepare<[string], AccountRow>(
    'SELECT * FROM accounts WHERE email = ?',
  );
  const selectAll = database.prepare<[], AccountRow>('SELECT * FROM accounts ORDER BY email');
  const updateState = database.prepare<[AccountState, number, AccountId]>(
    'UPDATE accounts SET state = ?, updated_at = ? WHERE id = ?',
  );
  const updatePassword = database.prepare<[string | null, number, AccountId]>(
    'UPDATE accounts SET password_hash = ?, updated_at = ? WHERE id = ?',
  );

  function existing(id: AccountId): AccountRow {
    const row = selectById.get(id);
    if (!row) throw notFound('account');
    return row;
  }

  return {
    create(account) {
      return transaction(database, () => {
        if (selectByEmail.get(account.email)) {
          throw conflict(`${account.email} has an account already.`);
        }
        const row = newRow(account, now());
        insert.run(row);
        return toAccount(row);
      });
    },
    find(id) {
      const row = selectById.get(id);
      return row && toAccount(row);
    },
    findByEmail(email) {
      const row = selectByEmail.get(email);
      return row && toAccount(row);
    },
    list: () => selectAll.all().map(toAccount),
    setState(id, state) {
      updateState.run(state, now().getTime(), id);
      return toAccount(existing(id));
    },
    setPassword(id, hash) {
      updatePassword.run(hash, now().getTime(), existing(id).id);
    },
    passwordHash: (id) => selectById.get(id)?.password_hash ?? null,
  };
}

function newRow(account: NewAccount, at: Date): AccountRow {
  return {
    id: createId<AccountId>(),
    email: account.email,
    name: account.name ?? null,
    admin: account.admin === true ? 1 : 0,
    state: account.state ?? 'active',
    password_hash: null,
    created_at: at.getTime(),
    updated_at: at.getTime(),
  };
}

function toAccount(row: AccountRow): Account {
  return {
    id: row.id,
    email: row.email,
    name: row.name,
    admin: row.admin === 1,
    state: row.state,
    createdAt: new Date(row.created_at),
    updatedAt: new Date(row.updated_at),
  };
}
