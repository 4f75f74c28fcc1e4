import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { test, type TestContext } from 'node:test';
import Sqlite, { type Database } from 'better-sqlite3';
import type { AppId } from '../../server/domain/ids.ts';
import { createStore, type Store } from '../../server/store/store.ts';
import {
  anApp,
  appendFailed,
  appendSucceeded,
  freshFile,
  newRelease,
  stoppedClock,
} from './fixtures.ts';

const ROWS = 7;

interface Ledger {
  readonly store: Store;
  readonly app: AppId;
  /** Somebody who has the file and has thrown the triggers away. */
  readonly intruder: Database;
}

/** v1 succeeded, v2 failed, v3 succeeded, v4 pending. */
function ledger(t: TestContext): Ledger {
  const file = freshFile(t);
  const store = createStore({ file, masterKey: randomBytes(32), now: stoppedClock().now });
  const app = anApp(store);
  appendSucceeded(store, app);
  appendFailed(store, app);
  appendSucceeded(store, app);
  store.ledger.append(newRelease(app));
  const intruder = new Sqlite(file);
  t.after(() => {
    intruder.close();
    store.close();
  });
  disarm(intruder);
  return { store, app: app.id, intruder };
}

function disarm(database: Database): void {
  database.pragma('foreign_keys = OFF');
  const triggers = database
    .prepare<[], string>("SELECT name FROM sqlite_schema WHERE type = 'trigger'")
    .pluck()
    .all();
  for (const name of triggers) database.exec(`DROP TRIGGER ${name}`);
  database.pragma('ignore_check_constraints = ON');
}

/** An expression that gives the column another value of its own type. */
function otherValue({ name, type }: { readonly name: string; readonly type: string }): string {
  if (type === 'INTEGER') return `${name} + 1000`;
  if (type === 'BLOB') return `randomblob(length(${name}))`;
  return name === 'process_types' || name === 'formation' || name === 'addons'
    ? `'{"forged":1}'`
    : `coalesce(${name}, '') || 'x'`;
}

test('an untouched ledger verifies', (t) => {
  const { store, app } = ledger(t);
  assert.deepEqual(store.ledger.verify(app), { ok: true, rows: ROWS });
});

/** Columns that say where a row stands: when one changes, the row that is missed comes first. */
const PLACE = ['app_id', 'version', 'entry'];

for (const table of ['releases', 'release_outcomes']) {
  test(`a change of any column of ${table} is found`, (t) => {
    const { store, app, intruder } = ledger(t);
    intruder.exec(`CREATE TABLE saved AS SELECT * FROM ${table}`);
    const columns = intruder.pragma(`table_info(${table})`) as { name: string; type: string }[];
    assert.ok(columns.length >= 7);
    for (const column of columns) {
      const change = `${column.name} = ${otherValue(column)}`;
      assert.equal(
        intruder.prepare(`UPDATE ${table} SET ${change} WHERE version = 2`).run().changes,
        1,
      );
      const result = store.ledger.verify(app);
      assert.ok(!result.ok, change);
      if (!PLACE.includes(column.name)) assert.equal(result.version, 2, change);
      intruder.exec(`DELETE FROM ${table}; INSERT INTO ${table} SELECT * FROM saved`);
      assert.deepEqual(store.ledger.verify(app), { ok: true, rows: ROWS });
    }
  });
}

const tricks = {
  'a deleted release': 'DELETE FROM releases WHERE version = 2',
  'a deleted outcome, which would make its release pending again':
    'DELETE FROM release_outcomes WHERE version = 3',
  'a release that vanished with its outcome': `
    DELETE FROM release_outcomes WHERE version = 2; DELETE FROM releases WHERE version = 2`,
  'two releases that changed places': `
    UPDATE releases SET version = 99, entry = 99 WHERE version = 1;
    UPDATE releases SET version = 1, entry = 1 WHERE version = 3;
    UPDATE releases SET version = 3, entry = 5 WHERE version = 99`,
  'config vars moved to another release': `
    UPDATE releases SET config = (SELECT config FROM releases WHERE version = 1) WHERE version = 3`,
  'a failure made a success': `
    UPDATE release_outcomes SET status = 'succeeded', failure = NULL WHERE version = 2`,
  'an outcome for the pending release with a borrowed hash': `
    INSERT INTO release_outcomes
    SELECT app_id, 4, 8, status, failure, settled_at, hash FROM release_outcomes WHERE version = 3`,
};
for (const [trick, sql] of Object.entries(tricks)) {
  test(`${trick} is found`, (t) => {
    const { store, app, intruder } = ledger(t);
    intruder.exec(sql);
    const result = store.ledger.verify(app);
    assert.ok(!result.ok);
    assert.match(result.reason, /^The (release|outcome) row of v\d+ is /);
  });
}

test('config vars that were moved to another release do not open', (t) => {
  const { store, app, intruder } = ledger(t);
  intruder.exec(tricks['config vars moved to another release']);
  const moved = store.ledger.find(app, 3);
  assert.ok(moved);
  assert.throws(() => store.ledger.config(moved.id), /v3 do not open/);
});
