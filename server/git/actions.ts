import type { Readable } from 'node:stream';
import type { Pushes } from '../actions/pushes.ts';
import type { Actor } from '../domain/account.ts';
import type { AppId } from '../domain/ids.ts';
import type { Submodule } from '../domain/submodule.ts';

/** What this entrance asks of actions. */
export interface GitActions extends Pick<Pushes, 'authorize' | 'deploy' | 'deployed'> {
  /** Any user name with a token, or an e-mail address with its password; null for neither. */
  authenticate(credentials: Credentials): Promise<Actor | null>;
}

export type Purpose = Parameters<Pushes['authorize']>[2];

export interface Credentials {
  readonly user: string;
  readonly password: string;
  /** Where the client is, for the record. */
  readonly address: string;
}

/** What this entrance asks of the repositories. */
export interface GitRepositories {
  readonly dir: string;
  readonly env: Readonly<Record<string, string>>;
  exists(app: AppId): boolean;
  ensure(app: AppId): Promise<void>;
  refs(app: AppId): Promise<ReadonlyMap<string, string>>;
  setHead(app: AppId, ref: string): Promise<void>;
  archive(at: PushedCommit): Readable;
  subject(at: PushedCommit): Promise<string | undefined>;
  submodules(at: PushedCommit): Promise<readonly Submodule[]>;
}

export interface PushedCommit {
  readonly app: AppId;
  readonly commit: string;
  /** Folder of the objects of a push that is not accepted yet. */
  readonly quarantine?: string | undefined;
}
