import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { test } from 'node:test';
import type { AccountId } from '../../server/domain/ids.ts';
import { anAccount, emptyStore, START, stoppedClock } from './fixtures.ts';

test('an account is active and no administrator unless it is made so', (t) => {
  const store = emptyStore(t);
  const account = store.accounts.create({ email: 'ada@example.com' });
  assert.deepEqual(account, {
    id: account.id,
    email: 'ada@example.com',
    name: null,
    admin: false,
    state: 'active',
    createdAt: START,
    updatedAt: START,
  });
  const admin = { email: 'root@example.com', name: 'Root', admin: true, state: 'pending' } as const;
  const { email, name, admin: isAdmin, state } = store.accounts.create(admin);
  assert.deepEqual({ email, name, admin: isAdmin, state }, admin);
});

test('an account is found by id and by address, and listed by address', (t) => {
  const store = emptyStore(t);
  const grace = store.accounts.create({ email: 'grace@example.com' });
  const ada = store.accounts.create({ email: 'ada@example.com' });
  assert.deepEqual(store.accounts.find(grace.id), grace);
  assert.deepEqual(store.accounts.findByEmail('ada@example.com'), ada);
  assert.equal(store.accounts.findByEmail('nobody@example.com'), undefined);
  assert.deepEqual(store.accounts.list(), [ada, grace]);
});

test('an address has one account', (t) => {
  const store = emptyStore(t);
  store.accounts.create({ email: 'ada@example.com' });
  assert.throws(() => store.accounts.create({ email: 'ada@example.com' }), {
    id: 'conflict',
    message: 'ada@example.com has an account already.',
  });
  assert.equal(store.accounts.list().length, 1);
});

test('a change of state is dated', (t) => {
  const clock = stoppedClock();
  const store = emptyStore(t, clock.now);
  const account = anAccount(store);
  clock.forward(1000);
  const disabled = store.accounts.setState(account.id, 'disabled');
  assert.deepEqual(disabled, { ...account, state: 'disabled', updatedAt: clock.now() });
  assert.deepEqual(store.accounts.find(account.id), disabled);
});

test('an account has no password until one is set, and can lose it again', (t) => {
  const store = emptyStore(t);
  const { id } = anAccount(store);
  assert.equal(store.accounts.passwordHash(id), null);
  store.accounts.setPassword(id, 'scrypt$one');
  store.accounts.setPassword(id, 'scrypt$two');
  assert.equal(store.accounts.passwordHash(id), 'scrypt$two');
  store.accounts.setPassword(id, null);
  assert.equal(store.accounts.passwordHash(id), null);
});

test('an account that does not exist can not be changed', (t) => {
  const { accounts } = emptyStore(t);
  const nobody = randomUUID() as string as AccountId;
  assert.throws(() => accounts.setState(nobody, 'active'), { id: 'not_found' });
  assert.throws(
    () => {
      accounts.setPassword(nobody, 'x');
    },
    { id: 'not_found' },
  );
  assert.equal(accounts.passwordHash(nobody), null);
  assert.equal(accounts.find(nobody), undefined);
});
