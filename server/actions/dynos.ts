import type { Actor } from '../domain/account.ts';
import type { DynoStatus } from '../domain/dyno.ts';
import { notFound } from '../domain/errors.ts';
import type { Reconciler } from '../dynos/reconciler.ts';
import type { Access } from './access.ts';
import type { Journal } from './journal.ts';

interface Dependencies {
  readonly access: Access;
  readonly journal: Journal;
  readonly reconciler: Pick<Reconciler, 'status' | 'restart'>;
}

/** All of an app's dynos, those of a type, or one. */
export interface DynoFilter {
  readonly type?: string;
  readonly index?: number;
}

export type Dynos = ReturnType<typeof createDynos>;

export function createDynos({ access, journal, reconciler }: Dependencies) {
  return {
    list(actor: Actor, name: string): readonly DynoStatus[] {
      return reconciler.status(access.app(actor, name, 'view').id);
    },

    /** Replaces dynos, web ones without a gap. */
    async restart(actor: Actor, name: string, filter: DynoFilter = {}): Promise<void> {
      const app = access.app(actor, name, 'operate');
      const replaced = await reconciler.restart(app.id, filter);
      if (replaced === 0 && filter.type !== undefined) throw notFound('dyno');
      journal.say(app.id, `Restarted by user ${actor.account.email}`);
    },
  };
}
