import type { Actor } from '../domain/account.ts';
import { generateAppName, parseAppName, type App } from '../domain/app.ts';
import type { AppId } from '../domain/ids.ts';
import { invalid } from '../domain/errors.ts';
import type { Store } from '../store/store.ts';
import type { Access } from './access.ts';

interface Dependencies {
  readonly store: Store;
  readonly access: Access;
  lookAgain(app: AppId): void;
  /** Makes the app's bare repository. */
  prepare(app: AppId): Promise<void>;
  /** Ends the builds and releases of a destroyed app that are under way. */
  callOff(app: AppId): Promise<void>;
  /** Removes what a destroyed app left on disk; safe to call again. */
  clear(app: AppId): Promise<void>;
}

export type Apps = ReturnType<typeof createApps>;

/** Apps: made, shown, renamed, put under maintenance, destroyed. */
export function createApps(dependencies: Dependencies) {
  const { store, access, lookAgain, prepare, callOff, clear } = dependencies;

  const freeName = (): string => {
    let name = generateAppName();
    while (store.apps.findByName(name)) name = generateAppName();
    return name;
  };

  return {
    async create(actor: Actor, input: { name?: string }): Promise<App> {
      const name = input.name === undefined ? freeName() : parseAppName(input.name);
      const app = store.apps.create({ name, ownerId: actor.account.id });
      await prepare(app.id);
      lookAgain(app.id);
      return app;
    },

    info(actor: Actor, name: string) {
      const app = access.app(actor, name, 'view');
      const current = store.ledger.current(app.id);
      const slug = current?.slugId ? store.slugs.find(current.slugId) : undefined;
      return { app, owner: store.accounts.find(app.ownerId), current, slug };
    },

    list(actor: Actor): readonly App[] {
      return store.apps.list().filter((app) => access.permissions(actor, app).includes('view'));
    },

    rename(actor: Actor, name: string, next: string): App {
      const app = access.app(actor, name, 'manage');
      store.apps.rename(app.id, parseAppName(next));
      lookAgain(app.id);
      return access.app(actor, next, 'manage');
    },

    setMaintenance(actor: Actor, name: string, state: 'on' | 'off'): App {
      const app = access.app(actor, name, 'operate');
      store.apps.setMaintenance(app.id, state === 'on');
      lookAgain(app.id);
      return access.app(actor, name, 'operate');
    },

    /** Final: its config vars can't be opened again, not even by who has the disk. `confirm` repeats the name. */
    async destroy(actor: Actor, name: string, confirm: string | undefined): Promise<App> {
      const app = access.app(actor, name, 'manage');
      if (confirm !== app.name) throw unconfirmed(app, confirm);
      store.apps.destroy(app.id);
      await callOff(app.id);
      lookAgain(app.id);
      await clear(app.id);
      return app;
    },
  };
}

function unconfirmed(app: App, confirm: string | undefined): Error {
  if (confirm !== undefined)
    return invalid(`Confirmation ${confirm} did not match ${app.name}. Aborted.`);
  return invalid(
    `To destroy ${app.name} with all its data, repeat its name: --confirm ${app.name}`,
  );
}
