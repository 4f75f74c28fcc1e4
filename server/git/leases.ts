import type { Actor } from '../domain/account.ts';
import type { App } from '../domain/app.ts';
import type { AppId } from '../domain/ids.ts';
import type { Command } from './command-list.ts';

/** The right to push to an app, held by one push at a time from its first byte to its end. */
export interface Lease {
  readonly app: App;
  readonly actor: Actor;
  readonly commands: readonly Command[];
  readonly since: Date;
  /** The deployment this push is waiting for, once its hook has asked. */
  deployment: Promise<boolean> | undefined;
}

export type NewLease = Pick<Lease, 'app' | 'actor' | 'commands'>;

export interface Leases {
  /** The lease; or, when another push has it, that one's. */
  take(wanted: NewLease): { readonly taken: Lease } | { readonly heldBy: Lease };
  find(app: AppId): Lease | undefined;
  give(lease: Lease): void;
}

export function createLeases(now: () => Date): Leases {
  const held = new Map<AppId, Lease>();
  return {
    take(wanted) {
      const heldBy = held.get(wanted.app.id);
      if (heldBy !== undefined) return { heldBy };
      const taken: Lease = { ...wanted, since: now(), deployment: undefined };
      held.set(wanted.app.id, taken);
      return { taken };
    },
    find: (app) => held.get(app),
    give(lease) {
      if (held.get(lease.app.id) === lease) held.delete(lease.app.id);
    },
  };
}
