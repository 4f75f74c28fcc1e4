import type { Account } from './account.ts';
import type { App } from './app.ts';
import { forbidden, notFound } from './errors.ts';

/** Heroku's app permissions. */
export const PERMISSIONS = ['view', 'deploy', 'operate', 'manage'] as const;
export type Permission = (typeof PERMISSIONS)[number];

export interface Collaboration {
  readonly permissions: readonly Permission[];
}

/** Owner and admin may do everything, a collaborator what was granted, anybody else nothing. */
export function permissionsOf(
  account: Account,
  app: App,
  collaboration: Collaboration | undefined,
): readonly Permission[] {
  if (account.state !== 'active') return [];
  if (account.admin || app.ownerId === account.id) return PERMISSIONS;
  return collaboration?.permissions ?? [];
}

/** Throws `not_found` for who may not even see the app, so that names of foreign apps don't leak. */
export function requirePermission(held: readonly Permission[], wanted: Permission): void {
  if (!held.includes('view')) throw notFound('app');
  if (!held.includes(wanted)) {
    throw forbidden(`You do not have access to this app: it takes the "${wanted}" permission.`);
  }
}
