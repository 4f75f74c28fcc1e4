import type { AccountId, TokenId } from './ids.ts';
import { invalid } from './errors.ts';

export type AccountState = 'pending' | 'active' | 'disabled';

export interface Account {
  readonly id: AccountId;
  readonly email: string;
  readonly name: string | null;
  readonly admin: boolean;
  readonly state: AccountState;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

/** Who asks, and by which way in. */
export interface Actor {
  readonly account: Account;
  readonly via: 'local' | 'ssh' | 'http' | 'git';
  readonly token?: TokenId;
  readonly address?: string;
}

const EMAIL = /^[^\s@"'<>\\]{1,64}@[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$/;

export function parseEmail(text: string): string {
  const email = text.trim().toLowerCase();
  if (!EMAIL.test(email)) throw invalid(`"${text}" is not an e-mail address.`);
  return email;
}
