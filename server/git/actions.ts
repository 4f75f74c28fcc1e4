import type { Readable } from 'node:stream';
import type { Actor } from '../domain/account.ts';
import type { App } from '../domain/app.ts';
import type { AppId } from '../domain/ids.ts';
import type { Submodule } from '../domain/submodule.ts';

/** What this entrance asks of actions. */
export interface GitActions {
  /** Any user name with a token, or an e-mail address with its password; null for neither. */
  authenticate(credentials: Credentials): Promise<Actor | null>;
  /** Throws a PlatformError: `not_found` also for apps that the actor may not see. */
  authorize(actor: Actor, appName: string, purpose: Purpose): App;
  /** Stores the source and builds it; resolves when the source is read to its end. */
  deploy(actor: Actor, app: App, source: PushedSource): Promise<Deployment>;
  deployed(app: App): Deployed | null;
}

export type Purpose = 'fetch' | 'push';

export interface Credentials {
  readonly user: string;
  readonly password: string;
  /** Where the client is, for the record. */
  readonly address: string;
}

export interface PushedSource {
  readonly source: Readable;
  readonly commit: string;
  /** First line of the commit's message. */
  readonly description: string;
  readonly submodules: readonly Submodule[];
}

export interface Deployment {
  /** What the pusher sees, as it happens. */
  readonly output: AsyncIterable<Buffer>;
  /** Whether it was released; known at the latest when the output has ended. */
  readonly succeeded: Promise<boolean>;
}

/** What the app's current release was built from. */
export interface Deployed {
  readonly commit: string;
  /** `v12` */
  readonly release: string;
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
