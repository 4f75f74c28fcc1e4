import { permissionsOf, requirePermission, type Permission } from '../domain/access.ts';
import type { Actor } from '../domain/account.ts';
import type { App } from '../domain/app.ts';
import { forbidden, notFound } from '../domain/errors.ts';
import type { Store } from '../store/store.ts';

/** The one place that says whether somebody may do something to an app. */
export interface Access {
  /** The living app of this name; `not_found` for who may not see it, `forbidden` for who may not do this. */
  app(actor: Actor, name: string, permission: Permission): App;
  /** Throws `forbidden` for everybody but the platform's admins. */
  requireAdmin(actor: Actor): void;
  permissions(actor: Actor, app: App): readonly Permission[];
}

export function createAccess({ store }: { readonly store: Store }): Access {
  const permissions = (actor: Actor, app: App): readonly Permission[] =>
    permissionsOf(actor.account, app, store.collaborators.find(app.id, actor.account.id));
  return {
    permissions,
    app(actor, name, permission) {
      const app = store.apps.findByName(name);
      if (!app) throw notFound('app');
      requirePermission(permissions(actor, app), permission);
      return app;
    },
    requireAdmin(actor) {
      if (actor.account.admin && actor.account.state === 'active') return;
      throw forbidden('Only an administrator of this platform may do that.');
    },
  };
}
