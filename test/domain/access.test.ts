import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PERMISSIONS, permissionsOf, requirePermission } from '../../server/domain/access.ts';
import type { Account } from '../../server/domain/account.ts';
import type { App } from '../../server/domain/app.ts';
import { createId, type AccountId, type AppId } from '../../server/domain/ids.ts';

const at = new Date('2026-11-21T01:00:00Z');

function account(changes: Partial<Account> = {}): Account {
  return {
    id: createId<AccountId>(),
    email: 'ada@example.com',
    name: null,
    admin: false,
    state: 'active',
    createdAt: at,
    updatedAt: at,
    ...changes,
  };
}

function appOf(owner: Account): App {
  return {
    id: createId<AppId>(),
    name: 'quiet-meadow-12345',
    ownerId: owner.id,
    maintenance: false,
    createdAt: at,
    updatedAt: at,
  };
}

test('an owner may do everything with the app, and so may an administrator', () => {
  const owner = account();
  assert.deepEqual(permissionsOf(owner, appOf(owner), undefined), PERMISSIONS);
  assert.deepEqual(permissionsOf(account({ admin: true }), appOf(owner), undefined), PERMISSIONS);
});

test('a collaborator may do what was granted, and a stranger nothing', () => {
  const app = appOf(account());
  assert.deepEqual(permissionsOf(account(), app, { permissions: ['view', 'deploy'] }), [
    'view',
    'deploy',
  ]);
  assert.deepEqual(permissionsOf(account(), app, undefined), []);
});

for (const state of ['disabled', 'pending'] as const) {
  test(`a ${state} account may do nothing, be it owner, administrator or collaborator`, () => {
    const owner = account({ state });
    assert.deepEqual(permissionsOf(owner, appOf(owner), undefined), []);
    const admin = account({ state, admin: true });
    assert.deepEqual(permissionsOf(admin, appOf(owner), undefined), []);
    assert.deepEqual(
      permissionsOf(account({ state }), appOf(owner), { permissions: ['view'] }),
      [],
    );
  });
}

test('who may not see an app is told that it does not exist', () => {
  assert.throws(
    () => {
      requirePermission([], 'view');
    },
    { id: 'not_found' },
  );
  assert.throws(
    () => {
      requirePermission(['deploy'], 'deploy');
    },
    { id: 'not_found' },
  );
});

test('who may see an app is told which permission is missing', () => {
  assert.throws(
    () => {
      requirePermission(['view', 'deploy'], 'manage');
    },
    {
      id: 'forbidden',
      message: 'You do not have access to this app: it takes the "manage" permission.',
    },
  );
  assert.doesNotThrow(() => {
    requirePermission(['view', 'deploy'], 'deploy');
  });
});
