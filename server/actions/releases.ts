import type { Account, Actor } from '../domain/account.ts';
import type { App } from '../domain/app.ts';
import { APP_DESTROYED } from '../domain/build.ts';
import type { ConfigVars } from '../domain/config-vars.ts';
import { invalid, PlatformError } from '../domain/errors.ts';
import { formationAfterDeploy } from '../domain/formation.ts';
import type { AppId, BuildId, ReleaseId } from '../domain/ids.ts';
import {
  releaseName,
  type Release,
  type ReleaseCause,
  type ReleaseOutcome,
} from '../domain/release.ts';
import type { Slug } from '../domain/slug.ts';
import type { Store } from '../store/store.ts';
import type { Access } from './access.ts';
import type { Journal } from './journal.ts';

interface Dependencies {
  readonly store: Store;
  readonly access: Access;
  readonly journal: Journal;
  lookAgain(app: AppId): void;
  onLookAgain(listener: (app: AppId) => void): () => void;
  /** Told once an outcome is written. */
  settled(release: Release): void;
}

export interface NewRelease {
  readonly app: App;
  readonly by: Account;
  readonly cause: ReleaseCause;
  readonly description: string;
  readonly slug: Slug | undefined;
  readonly config: ConfigVars;
  readonly buildId?: BuildId;
}

export type Releases = ReturnType<typeof createReleases>;

/** The ledger's only writer: appends releases, writes their outcomes, goes back to old ones. */
export function createReleases(dependencies: Dependencies) {
  const { store, access, journal, lookAgain, onLookAgain } = dependencies;

  /** Belongs inside a transaction with whatever caused it; `lookAgain` follows the commit. */
  function append(input: NewRelease): Release {
    const { app, slug, by } = input;
    const processTypes = slug?.processTypes ?? {};
    const formation = formationAfterDeploy(store.formations.read(app.id), processTypes);
    store.formations.write(app.id, formation);
    const release = store.ledger.append({
      appId: app.id,
      accountId: by.id,
      cause: input.cause,
      description: input.description,
      slugId: slug?.id ?? null,
      buildId: input.buildId ?? null,
      config: input.config,
      processTypes,
      formation,
    });
    if (!slug) store.ledger.settle(release.id, { status: 'succeeded' });
    journal.say(app.id, `${input.description} by user ${by.email}`);
    journal.say(app.id, `Release ${releaseName(release)} created by user ${by.email}`);
    return store.ledger.get(release.id) ?? release;
  }

  /** Writes the outcome unless there is one already. */
  function settle(id: ReleaseId, outcome: ReleaseOutcome): void {
    if (!store.ledger.settle(id, outcome)) return;
    const release = store.ledger.get(id);
    if (!release) return;
    if (outcome.status === 'failed') {
      journal.say(release.appId, `Release ${releaseName(release)} failed: ${outcome.failure}`);
    }
    dependencies.settled(release);
    lookAgain(release.appId);
  }

  function pick(app: App, version: number | undefined): Release {
    const found =
      version === undefined ? store.ledger.newest(app.id) : store.ledger.find(app.id, version);
    if (found) return found;
    throw new PlatformError('not_found', "Couldn't find that release.");
  }

  /** What `rollback` goes back to without an argument: the last good release before the current one. */
  function previousGood(app: App): Release {
    const current = store.ledger.current(app.id);
    const found = store.ledger
      .list(app.id)
      .find(
        (release) => release.status === 'succeeded' && release.slugId && release.id !== current?.id,
      );
    if (!found) throw invalid(`${app.name} has no earlier release to roll back to.`);
    return found;
  }

  function rollbackTarget(app: App, version: number | undefined): { target: Release; slug: Slug } {
    const target = version === undefined ? previousGood(app) : pick(app, version);
    const name = releaseName(target);
    if (target.status !== 'succeeded') {
      throw invalid(
        `${name} is ${target.status}: only a release that succeeded can be rolled back to.`,
      );
    }
    const slug = target.slugId ? store.slugs.find(target.slugId) : undefined;
    if (!slug) throw invalid(`${name} has no slug, so there is nothing to roll back to.`);
    return { target, slug };
  }

  function cancelPending(app: AppId, failure: string): void {
    for (const { id } of store.ledger.pending(app)) settle(id, { status: 'failed', failure });
  }

  return {
    append,
    settle,

    list(actor: Actor, name: string): readonly Release[] {
      return store.ledger.list(access.app(actor, name, 'view').id);
    },

    /** The release of this version, or the newest. `config` is null for who may not read config vars. */
    info(actor: Actor, name: string, version?: number) {
      const app = access.app(actor, name, 'view');
      const release = pick(app, version);
      const mayRead = access.permissions(actor, app).includes('deploy');
      return {
        app,
        release,
        slug: release.slugId ? store.slugs.find(release.slugId) : undefined,
        by: store.accounts.find(release.accountId),
        current: store.ledger.current(app.id)?.id === release.id,
        config: mayRead ? store.ledger.config(release.id) : null,
      };
    },

    /** A new release that repeats an old one's slug, config vars and process types; cancels what is on its way. */
    rollback(actor: Actor, name: string, version?: number): Release {
      const app = access.app(actor, name, 'deploy');
      const { target, slug } = rollbackTarget(app, version);
      cancelPending(app.id, `Cancelled by a rollback to ${releaseName(target)}.`);
      const release = store.transaction(() =>
        append({
          app,
          by: actor.account,
          cause: 'rollback',
          description: `Rollback to ${releaseName(target)}`,
          slug,
          config: store.ledger.config(target.id),
        }),
      );
      lookAgain(app.id);
      return release;
    },

    /** Fails what a destroyed app has on its way. */
    callOff(app: AppId): void {
      cancelPending(app, APP_DESTROYED);
    },

    /** Resolves with the release once its outcome is written; rejects when the signal fires first. */
    whenSettled(id: ReleaseId, signal?: AbortSignal): Promise<Release> {
      return new Promise((resolve, reject) => {
        const end = (): void => {
          unsubscribe();
          signal?.removeEventListener('abort', abort);
        };
        const look = (): void => {
          const release = store.ledger.get(id);
          if (!release || release.status === 'pending') return;
          end();
          resolve(release);
        };
        const abort = (): void => {
          end();
          reject(new PlatformError('unavailable', 'No longer waiting for the release.'));
        };
        const unsubscribe = onLookAgain(look);
        signal?.addEventListener('abort', abort);
        look();
      });
    },
  };
}
