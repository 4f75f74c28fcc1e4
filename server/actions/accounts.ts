import { parseEmail, type Account, type Actor } from '../domain/account.ts';
import { invalid, notFound } from '../domain/errors.ts';
import { hashPassword, verifyPassword } from '../domain/password.ts';
import type { TokenId } from '../domain/ids.ts';
import type { Store } from '../store/store.ts';
import type { Access } from './access.ts';

const PASSWORD_MINIMUM = 8;

/** Who has proved to be whom, and with which token if it was one. */
export interface Identity {
  readonly account: Account;
  readonly token?: TokenId;
}

export type Accounts = ReturnType<typeof createAccounts>;

/** People: who they are, how they prove it, who may make and disable them. */
export function createAccounts({
  store,
  access,
}: {
  readonly store: Store;
  readonly access: Access;
}) {
  const byEmail = (email: string): Account => {
    const account = store.accounts.findByEmail(parseEmail(email));
    if (!account) throw notFound('account');
    return account;
  };

  /** Null when the token is unknown, expired or revoked, or its account may not log in. */
  const byToken = (token: string): Identity | null => {
    const found = store.tokens.verify(token);
    const account = found && store.accounts.find(found.accountId);
    return found && account?.state === 'active' ? { account, token: found.id } : null;
  };

  const byPassword = async (email: string, password: string): Promise<Identity | null> => {
    const account = store.accounts.findByEmail(email.trim().toLowerCase());
    const hash = account ? store.accounts.passwordHash(account.id) : null;
    // also without an account: how long this takes must not tell which addresses have one
    const right = await verifyPassword(password, hash);
    return right && account?.state === 'active' ? { account } : null;
  };

  return {
    byToken,

    /** E-mail and password, or any user and a token in the password's place. */
    async authenticate(user: string, password: string): Promise<Identity | null> {
      return byToken(password) ?? (await byPassword(user, password));
    },

    /** Makes the first administrator; null when there is one. The token's plain text is given this once. */
    ensureAdmin(email: string): { account: Account; token: string } | null {
      if (store.accounts.list().some((account) => account.admin)) return null;
      return store.transaction(() => {
        const account = store.accounts.create({ email, admin: true, state: 'active' });
        const description = 'First token of this platform';
        const { token } = store.tokens.create({
          accountId: account.id,
          description,
          expiresAt: null,
        });
        return { account, token };
      });
    },

    /** The administrator as whom local root acts. */
    localAdmin(email: string): Account {
      const admins = store.accounts
        .list()
        .filter((account) => account.admin && account.state === 'active');
      const found = admins.find((account) => account.email === email) ?? admins[0];
      if (!found) throw notFound('account');
      return found;
    },

    /** A new account stays pending until its invite is taken up with a password. */
    create(
      actor: Actor,
      input: { email: string; admin?: boolean },
    ): { account: Account; invite: string } {
      access.requireAdmin(actor);
      const email = parseEmail(input.email);
      if (store.accounts.findByEmail(email))
        throw invalid(`There is an account for ${email} already.`);
      return store.transaction(() => {
        const account = store.accounts.create({
          email,
          admin: input.admin ?? false,
          state: 'pending',
        });
        return { account, invite: store.accounts.createInvite(account.id) };
      });
    },

    list(actor: Actor): readonly Account[] {
      access.requireAdmin(actor);
      return store.accounts.list();
    },

    disable(actor: Actor, email: string): Account {
      access.requireAdmin(actor);
      const account = byEmail(email);
      if (account.id === actor.account.id) throw invalid("You can't disable your own account.");
      store.accounts.setState(account.id, 'disabled');
      return byEmail(email);
    },

    enable(actor: Actor, email: string): Account {
      access.requireAdmin(actor);
      store.accounts.setState(byEmail(email).id, 'active');
      return byEmail(email);
    },

    /** One's own password, or as an admin anybody's; a pending account becomes active by it. */
    async setPassword(actor: Actor, email: string, password: string): Promise<Account> {
      if (parseEmail(email) !== actor.account.email) access.requireAdmin(actor);
      const account = byEmail(email);
      if (password.length < PASSWORD_MINIMUM) {
        throw invalid(`A password has at least ${PASSWORD_MINIMUM} characters.`);
      }
      const hash = await hashPassword(password);
      store.transaction(() => {
        store.accounts.setPassword(account.id, hash);
        if (account.state === 'pending') store.accounts.setState(account.id, 'active');
      });
      return byEmail(email);
    },

    /** A token that acts as its maker; the plain text is given this once. */
    createToken(actor: Actor, input: { description?: string; expiresAt?: Date }): string {
      const { token } = store.tokens.create({
        accountId: actor.account.id,
        description: input.description ?? 'Long-lived user authorization',
        expiresAt: input.expiresAt ?? null,
      });
      return token;
    },
  };
}
