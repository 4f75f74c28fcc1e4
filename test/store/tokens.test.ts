import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { test } from 'node:test';
import type { TokenId } from '../../server/domain/ids.ts';
import type { Account } from '../../server/domain/account.ts';
import type { NewToken } from '../../server/store/tokens.ts';
import { anAccount, emptyStore, START, stoppedClock } from './fixtures.ts';

function newToken(account: Account, changes: Partial<NewToken> = {}): NewToken {
  return { accountId: account.id, description: 'laptop', expiresAt: null, ...changes };
}

test('a token tells whose it is', (t) => {
  const store = emptyStore(t);
  const account = anAccount(store);
  const { id, token } = store.tokens.create(newToken(account));
  assert.deepEqual(store.tokens.verify(token), { id, accountId: account.id });
});

test('a token has 32 random bytes', (t) => {
  const store = emptyStore(t);
  const account = anAccount(store);
  const made = Array.from({ length: 50 }, () => store.tokens.create(newToken(account)).token);
  for (const token of made) assert.match(token, /^mnk_[\w-]{43}$/);
  assert.equal(new Set(made).size, 50);
});

test('what is not a token, to the letter, is none', (t) => {
  const store = emptyStore(t);
  const { token } = store.tokens.create(newToken(anAccount(store)));
  const wrong = ['', 'mnk_', token.slice(0, -1), `${token} `, token.toUpperCase(), token.slice(4)];
  for (const text of wrong) assert.equal(store.tokens.verify(text), undefined, text);
});

test('a token works until it expires, and not from then on', (t) => {
  const clock = stoppedClock();
  const store = emptyStore(t, clock.now);
  const expiresAt = new Date(START.getTime() + 1000);
  const { token } = store.tokens.create(newToken(anAccount(store), { expiresAt }));
  clock.forward(999);
  assert.ok(store.tokens.verify(token));
  clock.forward(1);
  assert.equal(store.tokens.verify(token), undefined);
});

test('a revoked token works no more, and others of the account still do', (t) => {
  const store = emptyStore(t);
  const account = anAccount(store);
  const [lost, kept] = [
    store.tokens.create(newToken(account)),
    store.tokens.create(newToken(account)),
  ];
  assert.equal(store.tokens.revoke(lost.id), true);
  assert.equal(store.tokens.verify(lost.token), undefined);
  assert.ok(store.tokens.verify(kept.token));
});

test('a token is revoked once', (t) => {
  const store = emptyStore(t);
  const { id } = store.tokens.create(newToken(anAccount(store)));
  assert.deepEqual([store.tokens.revoke(id), store.tokens.revoke(id)], [true, false]);
  assert.equal(store.tokens.revoke(randomUUID() as string as TokenId), false);
});

test('the tokens of a disabled account rest until it is active again', (t) => {
  const store = emptyStore(t);
  const account = anAccount(store);
  const { token } = store.tokens.create(newToken(account));
  store.accounts.setState(account.id, 'disabled');
  assert.equal(store.tokens.verify(token), undefined);
  store.accounts.setState(account.id, 'active');
  assert.ok(store.tokens.verify(token));
});

test('the list tells of each token but the token itself, newest first', (t) => {
  const clock = stoppedClock();
  const store = emptyStore(t, clock.now);
  const account = anAccount(store);
  const expiresAt = new Date('2027-01-01T00:00:00Z');
  const first = store.tokens.create(newToken(account));
  const revoked = store.tokens.create(newToken(account));
  const second = store.tokens.create(newToken(account, { description: 'CI', expiresAt }));
  store.tokens.revoke(revoked.id);
  store.tokens.create(newToken(anAccount(store)));
  const common = { accountId: account.id, createdAt: START };
  assert.deepEqual(store.tokens.list(account.id), [
    { ...common, id: second.id, description: 'CI', expiresAt },
    { ...common, id: first.id, description: 'laptop', expiresAt: null },
  ]);
});
