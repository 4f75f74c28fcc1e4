import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { AccountState } from '../../server/domain/account.ts';
import { INVITE_DAYS } from '../../server/store/invites.ts';
import type { Store } from '../../server/store/store.ts';
import { emptyStore, stoppedClock } from './fixtures.ts';

const DAY = 86_400_000;

function invited(
  store: Store,
  state: AccountState = 'pending',
): { invite: string; accepted: () => unknown } {
  const account = store.accounts.create({ email: 'ada@example.com', state });
  const invite = store.accounts.createInvite(account.id);
  return { invite, accepted: () => store.accounts.acceptInvite(invite) };
}

test('an accepted invite makes a pending account active', (t) => {
  const store = emptyStore(t);
  const { invite } = invited(store);
  const account = store.accounts.acceptInvite(invite);
  assert.equal(account?.state, 'active');
  assert.deepEqual(store.accounts.findByEmail('ada@example.com'), account);
});

test('an invite works once', (t) => {
  const { accepted } = invited(emptyStore(t));
  assert.ok(accepted());
  assert.equal(accepted(), undefined);
});

test('a new invite takes the place of the one before', (t) => {
  const store = emptyStore(t);
  const { accepted } = invited(store);
  const account = store.accounts.findByEmail('ada@example.com');
  const newer = account && store.accounts.createInvite(account.id);
  assert.equal(accepted(), undefined);
  assert.equal(store.accounts.acceptInvite(newer ?? '')?.state, 'active');
});

test('an invite is good for a week and not a moment longer', (t) => {
  const clock = stoppedClock();
  const store = emptyStore(t, clock.now);
  const { invite, accepted } = invited(store);
  clock.forward(INVITE_DAYS * DAY);
  assert.equal(accepted(), undefined);
  assert.equal(store.accounts.findByEmail('ada@example.com')?.state, 'pending');
  assert.match(invite, /^mni_[\w-]{43}$/);
});

test('an invite is good until the last moment of its week', (t) => {
  const clock = stoppedClock();
  const { accepted } = invited(emptyStore(t, clock.now));
  clock.forward(INVITE_DAYS * DAY - 1);
  assert.ok(accepted());
});

for (const state of ['disabled', 'active'] as const) {
  test(`an invite does not touch a ${state} account`, (t) => {
    const store = emptyStore(t);
    assert.equal(invited(store, state).accepted(), undefined);
    assert.equal(store.accounts.findByEmail('ada@example.com')?.state, state);
  });
}

test('an unknown invite is nothing', (t) => {
  const store = emptyStore(t);
  invited(store);
  for (const invite of ['', 'mni_', `mni_${'A'.repeat(43)}`]) {
    assert.equal(store.accounts.acceptInvite(invite), undefined);
  }
});
