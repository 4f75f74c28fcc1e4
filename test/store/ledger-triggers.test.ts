import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { test, type TestContext } from 'node:test';
import Sqlite, { type Database } from 'better-sqlite3';
import { createStore } from '../../server/store/store.ts';
import { anApp, appendSucceeded, freshFile, newRelease, stoppedClock } from './fixtures.ts';

const REFUSED = /The ledger is append-only/;

/** v1 succeeded, v2 pending; a connection without any of our settings, as a person with a shell has it. */
function foreignConnection(t: TestContext): { database: Database; dump: () => unknown } {
  const file = freshFile(t);
  const store = createStore({ file, masterKey: randomBytes(32), now: stoppedClock().now });
  const app = anApp(store);
  appendSucceeded(store, app);
  store.ledger.append(newRelease(app));
  store.close();
  const database = new Sqlite(file);
  t.after(() => database.close());
  const all = (table: string): unknown => database.prepare(`SELECT * FROM ${table}`).all();
  return { database, dump: () => [all('releases'), all('release_outcomes')] };
}

const statements = {
  'a release is not changed': "UPDATE releases SET description = 'forged' WHERE version = 1",
  'a release is not deleted': 'DELETE FROM releases WHERE version = 2',
  'an outcome is not changed': "UPDATE release_outcomes SET status = 'failed', failure = 'x'",
  'an outcome is not deleted': 'DELETE FROM release_outcomes',
  'a release is not replaced': `
    INSERT OR REPLACE INTO releases
    SELECT id, app_id, version, entry, cause, 'forged', account_id, slug_id, build_id, process_types,
           formation, addons, config, created_at, hash FROM releases WHERE version = 1`,
  'a release does not take the id of another one': `
    INSERT OR REPLACE INTO releases
    SELECT id, app_id, 3, 4, cause, 'forged', account_id, slug_id, build_id, process_types,
           formation, addons, config, created_at, hash FROM releases WHERE version = 1`,
  'a release leaves out no version': `
    INSERT INTO releases
    SELECT 'new', app_id, 4, 4, cause, description, account_id, slug_id, build_id, process_types,
           formation, addons, config, created_at, hash FROM releases WHERE version = 1`,
  'a release takes no entry but the next': `
    INSERT INTO releases
    SELECT 'new', app_id, 3, 9, cause, description, account_id, slug_id, build_id, process_types,
           formation, addons, config, created_at, hash FROM releases WHERE version = 1`,
  'an outcome is not replaced': `
    INSERT OR REPLACE INTO release_outcomes
    SELECT app_id, version, entry, 'failed', 'x', settled_at, hash FROM release_outcomes`,
  'an outcome takes no entry but the next': `
    INSERT INTO release_outcomes
    SELECT app_id, 2, 9, status, failure, settled_at, hash FROM release_outcomes`,
  'an upsert changes nothing': `
    INSERT INTO releases
    SELECT id, app_id, version, entry, cause, description, account_id, slug_id, build_id, process_types,
           formation, addons, config, created_at, hash FROM releases WHERE version = 1
    ON CONFLICT DO UPDATE SET description = 'forged'`,
};

for (const [sentence, sql] of Object.entries(statements)) {
  for (const recursive of ['ON', 'OFF']) {
    test(`${sentence}, with recursive triggers ${recursive}`, (t) => {
      const { database, dump } = foreignConnection(t);
      database.pragma(`recursive_triggers = ${recursive}`);
      const before = dump();
      assert.throws(() => database.exec(sql), REFUSED);
      assert.deepEqual(dump(), before);
    });
  }
}
