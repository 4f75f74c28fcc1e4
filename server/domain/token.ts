import type { AccountId, TokenId } from './ids.ts';

/** What can be told of an API token; the token itself was shown once, to its owner. */
export interface Token {
  readonly id: TokenId;
  readonly accountId: AccountId;
  readonly description: string;
  readonly createdAt: Date;
  readonly expiresAt: Date | null;
}
