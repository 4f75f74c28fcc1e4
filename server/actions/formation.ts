import type { Actor } from '../domain/account.ts';
import { DYNO_SIZES } from '../domain/dyno-size.ts';
import { applyScaleChanges, type Formation, type ScaleChange } from '../domain/formation.ts';
import type { AppId } from '../domain/ids.ts';
import type { ProcessTypes } from '../domain/procfile.ts';
import type { Store } from '../store/store.ts';
import type { Access } from './access.ts';
import type { Journal } from './journal.ts';

interface Dependencies {
  readonly store: Store;
  readonly access: Access;
  readonly journal: Journal;
  lookAgain(app: AppId): void;
}

export type FormationActions = ReturnType<typeof createFormation>;

/** How many dynos of which size each process type has. */
export function createFormation({ store, access, journal, lookAgain }: Dependencies) {
  const processTypes = (app: AppId): ProcessTypes =>
    (store.ledger.current(app) ?? store.ledger.newest(app))?.processTypes ?? {};

  const shown = (app: AppId): Formation => {
    const types = processTypes(app);
    const entries = Object.entries(store.formations.read(app));
    return Object.fromEntries(entries.filter(([type]) => Object.hasOwn(types, type)));
  };

  return {
    read(actor: Actor, name: string): Formation {
      return shown(access.app(actor, name, 'view').id);
    },

    scale(actor: Actor, name: string, changes: readonly ScaleChange[]): Formation {
      const app = access.app(actor, name, 'operate');
      store.transaction(() => {
        const before = store.formations.read(app.id);
        store.formations.write(app.id, applyScaleChanges(before, changes, processTypes(app.id)));
      });
      const after = shown(app.id);
      journal.say(app.id, `Scaled to ${describe(after, changes)} by user ${actor.account.email}`);
      lookAgain(app.id);
      return after;
    },
  };
}

function describe(formation: Formation, changes: readonly ScaleChange[]): string {
  return [...new Set(changes.map((change) => change.type))]
    .flatMap((type) => {
      const entry = formation[type];
      return entry ? [`${type}@${entry.quantity}:${DYNO_SIZES[entry.size].name}`] : [];
    })
    .join(' ');
}
