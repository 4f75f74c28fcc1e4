import assert from 'node:assert/strict';
import { randomBytes, randomUUID } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import Sqlite from 'better-sqlite3';
import { createStore } from '../../server/store/store.ts';
import { anAccount, anApp, freshFile, newRelease, stoppedClock } from './fixtures.ts';

const { now } = stoppedClock();

/** Everything that is on the disk of a database. */
function bytesOf(file: string): Buffer {
  const files = [file, `${file}-wal`].filter((name) => existsSync(name));
  return Buffer.concat(files.map((name) => readFileSync(name)));
}

test('neither config vars nor tokens nor invites can be read from the disk', (t) => {
  const file = freshFile(t);
  const masterKey = randomBytes(32);
  const store = createStore({ file, masterKey, now });
  const app = anApp(store);
  const [name, value, visible] = ['NAME', 'VALUE', 'VISIBLE'].map(
    (word) => `${word}_${randomUUID()}`,
  );
  assert.ok(name !== undefined && value !== undefined && visible !== undefined);
  store.ledger.append(newRelease(app, { config: { [name]: value }, description: visible }));
  const { token } = store.tokens.create({
    accountId: app.ownerId,
    description: 'laptop',
    expiresAt: null,
  });
  const invite = store.accounts.createInvite(anAccount(store).id);
  const secrets = [name, value, token, token.slice(4), invite, invite.slice(4)];
  const encoded = [value, token].flatMap((text) =>
    (['base64', 'hex'] as const).map((encoding) => Buffer.from(text).toString(encoding)),
  );
  const raw = [masterKey, Buffer.from(token.slice(4), 'base64url')];

  const open = bytesOf(file);
  store.close();
  for (const bytes of [open, bytesOf(file)]) {
    assert.ok(bytes.includes(visible), 'what is not secret is there to be found');
    for (const secret of [...secrets, ...encoded, ...raw]) assert.ok(!bytes.includes(secret));
  }
});

test('the key of a destroyed app is gone from the disk at once', (t) => {
  const file = freshFile(t);
  const store = createStore({ file, masterKey: randomBytes(32), now });
  t.after(() => {
    store.close();
  });
  const app = anApp(store);
  const key = wrappedKey(file);
  assert.ok(bytesOf(file).includes(key));
  store.apps.destroy(app.id);
  assert.ok(!bytesOf(file).includes(key));
});

test('another master key is refused when the store is opened', (t) => {
  const file = freshFile(t);
  const masterKey = randomBytes(32);
  const store = createStore({ file, masterKey, now });
  const release = store.ledger.append(newRelease(anApp(store)));
  store.close();
  assert.throws(
    () => createStore({ file, masterKey: randomBytes(32), now }),
    /The master key does not open .*: put back the master\.key/,
  );
  const again = createStore({ file, masterKey, now });
  assert.deepEqual(again.ledger.config(release.id), { FOO: 'bar' });
  again.close();
});

test('a master key of another length is refused', () => {
  for (const bytes of [0, 16, 31, 33]) {
    assert.throws(
      () => createStore({ file: ':memory:', masterKey: randomBytes(bytes), now }),
      /expected 32/,
    );
  }
});

test('each app has a key of its own', (t) => {
  const file = freshFile(t);
  const store = createStore({ file, masterKey: randomBytes(32), now });
  t.after(() => {
    store.close();
  });
  const [gone, kept] = [anApp(store), anApp(store)];
  const release = store.ledger.append(newRelease(kept));
  store.apps.destroy(gone.id);
  assert.deepEqual(store.ledger.config(release.id), { FOO: 'bar' });
});

function wrappedKey(file: string): Buffer {
  const database = new Sqlite(file, { readonly: true });
  const key = database.prepare<[], Buffer>('SELECT wrapped FROM app_keys').pluck().get();
  database.close();
  assert.ok(key);
  return key;
}
