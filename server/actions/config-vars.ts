import type { Actor } from '../domain/account.ts';
import type { App } from '../domain/app.ts';
import {
  applyConfigChange,
  describeConfigChange,
  type ConfigChange,
  type ConfigVars,
} from '../domain/config-vars.ts';
import type { AppId } from '../domain/ids.ts';
import type { Release } from '../domain/release.ts';
import type { Slug } from '../domain/slug.ts';
import type { Store } from '../store/store.ts';
import type { Access } from './access.ts';
import type { Releases } from './releases.ts';

interface Dependencies {
  readonly store: Store;
  readonly access: Access;
  readonly releases: Releases;
  lookAgain(app: AppId): void;
}

export type ConfigVarActions = ReturnType<typeof createConfigVars>;

/** Config vars: read, and changed by making a release. */
export function createConfigVars({ store, access, releases, lookAgain }: Dependencies) {
  /** The newest release's, whatever became of it: what people set is never lost. */
  const newest = (app: App): ConfigVars => {
    const release = store.ledger.newest(app.id);
    return release ? store.ledger.config(release.id) : {};
  };

  /** The current slug, else the newest: so a first deploy that crashed is mended by `config:set` alone. */
  const slugOf = (app: App): Slug | undefined => {
    const current = store.ledger.current(app.id)?.slugId;
    const id = current ?? store.ledger.list(app.id).find((release) => release.slugId)?.slugId;
    return id ? store.slugs.find(id) : undefined;
  };

  return {
    newest,

    read(actor: Actor, name: string): ConfigVars {
      return newest(access.app(actor, name, 'deploy'));
    },

    /** One release however many names; none when nothing changes. */
    change(actor: Actor, name: string, change: ConfigChange) {
      const app = access.app(actor, name, 'operate');
      const result = store.transaction((): { vars: ConfigVars; release: Release | null } => {
        const { vars, set, removed } = applyConfigChange(newest(app), change);
        if (set.length + removed.length === 0) return { vars, release: null };
        const release = releases.append({
          app,
          by: actor.account,
          cause: 'config',
          description: describeConfigChange(set, removed),
          slug: slugOf(app),
          config: vars,
        });
        return { vars, release };
      });
      lookAgain(app.id);
      return result;
    },
  };
}
