import assert from 'node:assert/strict';
import { test } from 'node:test';
import { anAccount, anApp, emptyStore } from './fixtures.ts';

test('a collaborator has what was granted last', (t) => {
  const store = emptyStore(t);
  const [app, ada] = [anApp(store), anAccount(store)];
  store.collaborators.set(app.id, ada.id, ['view', 'deploy']);
  store.collaborators.set(app.id, ada.id, ['view']);
  const collaborator = { accountId: ada.id, permissions: ['view'] };
  assert.deepEqual(store.collaborators.find(app.id, ada.id), collaborator);
  assert.deepEqual(store.collaborators.list(app.id), [collaborator]);
});

test('collaborators are those of one app, by address', (t) => {
  const store = emptyStore(t);
  const [app, other] = [anApp(store), anApp(store)];
  const people = ['grace@example.com', 'ada@example.com'].map((email) =>
    store.accounts.create({ email }),
  );
  for (const { id } of people) store.collaborators.set(app.id, id, ['view']);
  const emails = store.collaborators
    .list(app.id)
    .map(({ accountId }) => store.accounts.find(accountId)?.email);
  assert.deepEqual(emails, ['ada@example.com', 'grace@example.com']);
  assert.deepEqual(store.collaborators.list(other.id), []);
});

test('a collaborator is removed once', (t) => {
  const store = emptyStore(t);
  const [app, ada] = [anApp(store), anAccount(store)];
  store.collaborators.set(app.id, ada.id, ['view']);
  assert.equal(store.collaborators.remove(app.id, ada.id), true);
  assert.equal(store.collaborators.remove(app.id, ada.id), false);
  assert.equal(store.collaborators.find(app.id, ada.id), undefined);
});
