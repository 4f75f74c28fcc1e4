import type { AccountId } from '../domain/ids.ts';
import type { Account } from '../domain/account.ts';
import type { Accounts } from './accounts.ts';
import { transaction, type Database } from './database.ts';
import { createSecret, hashSecret } from './secrets.ts';

/** Days in which an invite can be accepted. */
export const INVITE_DAYS = 7;

export interface Invites {
  /** Returns the invite, which is stored nowhere; earlier invites of the account no longer work. */
  createInvite(account: AccountId): string;
  /** Works once: makes a pending account active. Undefined when the invite is unknown, used or too old. */
  acceptInvite(invite: string): Account | undefined;
}

interface InviteRow {
  readonly account_id: AccountId;
  readonly hash: Buffer;
  readonly expires_at: number;
}

export function createInvites(database: Database, accounts: Accounts, now: () => Date): Invites {
  const insert = database.prepare<InviteRow>(
    'INSERT OR REPLACE INTO invites VALUES (:account_id, :hash, :expires_at)',
  );
  const select = database.prepare<[Buffer], InviteRow>('SELECT * FROM invites WHERE hash = ?');
  const remove = database.prepare<[AccountId]>('DELETE FROM invites WHERE account_id = ?');

  return {
    createInvite(account) {
      const invite = createSecret('mni');
      const expires = now().getTime() + INVITE_DAYS * 86_400_000;
      insert.run({ account_id: account, hash: hashSecret(invite), expires_at: expires });
      return invite;
    },
    acceptInvite(invite) {
      return transaction(database, () => {
        const row = select.get(hashSecret(invite));
        if (!row) return undefined;
        remove.run(row.account_id);
        const account = accounts.find(row.account_id);
        if (account?.state !== 'pending' || row.expires_at <= now().getTime()) return undefined;
        return accounts.setState(row.account_id, 'active');
      });
    },
  };
}
