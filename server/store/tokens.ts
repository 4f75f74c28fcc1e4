import { createId, type AccountId, type TokenId } from '../domain/ids.ts';
import type { Token } from '../domain/token.ts';
import type { Database } from './database.ts';
import { createSecret, hashSecret } from './secrets.ts';

export interface NewToken {
  readonly accountId: AccountId;
  readonly description: string;
  /** Null: never. */
  readonly expiresAt: Date | null;
}

export interface Tokens {
  /** `token` is what the owner shows; it is stored nowhere. */
  create(token: NewToken): { readonly id: TokenId; readonly token: string };
  /** Undefined when unknown, expired, revoked, or when its account isn't active. */
  verify(token: string): { readonly id: TokenId; readonly accountId: AccountId } | undefined;
  /** Those that aren't revoked, newest first. */
  list(account: AccountId): Token[];
  /** False when there was nothing to revoke. */
  revoke(id: TokenId): boolean;
}

interface TokenRow {
  readonly id: TokenId;
  readonly account_id: AccountId;
  readonly hash: Buffer;
  readonly description: string;
  readonly created_at: number;
  readonly expires_at: number | null;
}

export function createTokens(database: Database, now: () => Date): Tokens {
  const insert = database.prepare<TokenRow>(
    `INSERT INTO tokens VALUES
       (:id, :account_id, :hash, :description, :created_at, :expires_at, NULL)`,
  );
  const selectValid = database.prepare<{ hash: Buffer; now: number }, TokenRow>(
    `SELECT tokens.* FROM tokens JOIN accounts ON accounts.id = tokens.account_id
      WHERE hash = :hash AND revoked_at IS NULL AND accounts.state = 'active'
        AND (expires_at IS NULL OR expires_at > :now)`,
  );
  const selectOfAccount = database.prepare<[AccountId], TokenRow>(
    `SELECT * FROM tokens WHERE account_id = ? AND revoked_at IS NULL
      ORDER BY created_at DESC, rowid DESC`,
  );
  const updateRevoked = database.prepare<[number, TokenId]>(
    'UPDATE tokens SET revoked_at = ? WHERE id = ? AND revoked_at IS NULL',
  );

  return {
    create({ accountId, description, expiresAt }) {
      const token = createSecret('mnk');
      const id = createId<TokenId>();
      insert.run({
        id,
        account_id: accountId,
        hash: hashSecret(token),
        description,
        created_at: now().getTime(),
        expires_at: expiresAt?.getTime() ?? null,
      });
      return { id, token };
    },
    verify(token) {
      const row = selectValid.get({ hash: hashSecret(token), now: now().getTime() });
      return row && { id: row.id, accountId: row.account_id };
    },
    list: (account) => selectOfAccount.all(account).map(toToken),
    revoke: (id) => updateRevoked.run(now().getTime(), id).changes === 1,
  };
}

function toToken(row: TokenRow): Token {
  return {
    id: row.id,
    accountId: row.account_id,
    description: row.description,
    createdAt: new Date(row.created_at),
    expiresAt: row.expires_at === null ? null : new Date(row.expires_at),
  };
}
