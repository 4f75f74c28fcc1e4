import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import Sqlite, { type Database } from 'better-sqlite3';
import { openDatabase } from '../../server/store/database.ts';
import { migrate } from '../../server/store/migrations.ts';
import { freshFile } from './fixtures.ts';

const PEOPLE = 'CREATE TABLE people (name TEXT NOT NULL) STRICT;';
const AGES = "ALTER TABLE people ADD COLUMN age INTEGER; INSERT INTO people VALUES ('Ada', 36);";

function folderOf(t: TestContext, files: Readonly<Record<string, string>>): string {
  const folder = freshFile(t, 'migrations');
  mkdirSync(folder);
  for (const [name, sql] of Object.entries(files)) writeFileSync(join(folder, name), sql);
  return folder;
}

function emptyDatabase(t: TestContext): Database {
  const database = new Sqlite(':memory:');
  t.after(() => database.close());
  return database;
}

function version(database: Database): unknown {
  return database.pragma('user_version', { simple: true });
}

function tables(database: Database): unknown {
  return database.prepare("SELECT name FROM sqlite_schema WHERE type = 'table'").pluck().all();
}

test('migrations are applied in the order of their numbers, each once', (t) => {
  const database = emptyDatabase(t);
  const folder = folderOf(t, { '0002-ages.sql': AGES, '0001-people.sql': PEOPLE });
  migrate(database, folder);
  migrate(database, folder);
  assert.equal(version(database), 2);
  assert.deepEqual(database.prepare('SELECT * FROM people').all(), [{ name: 'Ada', age: 36 }]);
});

test('a database of an older version gets only what is new, and keeps its rows', (t) => {
  const database = emptyDatabase(t);
  migrate(database, folderOf(t, { '0001-people.sql': PEOPLE }));
  database.exec("INSERT INTO people VALUES ('Grace')");
  migrate(database, folderOf(t, { '0001-people.sql': PEOPLE, '0002-ages.sql': AGES }));
  assert.deepEqual(database.prepare('SELECT name FROM people').pluck().all(), ['Grace', 'Ada']);
});

test('when a migration fails, those before it in the same start are undone too', (t) => {
  const database = emptyDatabase(t);
  const broken = 'CREATE TABLE pets (name TEXT) STRICT; CREATE TABLE people (name TEXT) STRICT;';
  const folder = folderOf(t, { '0001-people.sql': PEOPLE, '0002-pets.sql': broken });
  assert.throws(() => {
    migrate(database, folder);
  }, /Migration 0002-pets.sql failed on :memory:, which was left as it was\./);
  assert.deepEqual([tables(database), version(database)], [[], 0]);
});

test('a failed migration leaves the schema and rows of the older version', (t) => {
  const database = emptyDatabase(t);
  migrate(database, folderOf(t, { '0001-people.sql': PEOPLE }));
  database.exec("INSERT INTO people VALUES ('Grace')");
  const drop = 'DELETE FROM people; DROP TABLE people; SELECT nonsense;';
  const folder = folderOf(t, { '0001-people.sql': PEOPLE, '0002-drop.sql': drop });
  assert.throws(() => {
    migrate(database, folder);
  });
  assert.deepEqual(database.prepare('SELECT * FROM people').all(), [{ name: 'Grace' }]);
  assert.equal(version(database), 1);
});

test('a database that is newer than the program is refused with what to do', (t) => {
  const database = emptyDatabase(t);
  const both = folderOf(t, { '0001-people.sql': PEOPLE, '0002-ages.sql': AGES });
  migrate(database, both);
  const older = folderOf(t, { '0001-people.sql': PEOPLE });
  assert.throws(
    () => {
      migrate(database, older);
    },
    {
      id: 'unavailable',
      message:
        /written by a newer Monoku: its schema is number 2, this Monoku knows up to 1\. Start/,
    },
  );
  assert.equal(version(database), 2);
});

test('a gap or a repeat in the numbers is refused before anything is applied', (t) => {
  const database = emptyDatabase(t);
  for (const second of ['0003-ages.sql', '0001-ages.sql', 'ages.sql']) {
    const folder = folderOf(t, { '0001-people.sql': PEOPLE, [second]: AGES });
    assert.throws(() => {
      migrate(database, folder);
    }, /Expected migration 000[12]-….sql/);
  }
  assert.deepEqual(tables(database), []);
});

test('the schema opens twice, has STRICT tables only and foreign keys that hold', (t) => {
  const file = freshFile(t);
  openDatabase(file).close();
  const database = openDatabase(file);
  t.after(() => database.close());
  const lax = database
    .prepare(
      "SELECT name FROM pragma_table_list WHERE schema = 'main' AND type = 'table' AND NOT strict AND name NOT LIKE 'sqlite%'",
    )
    .all();
  assert.deepEqual(lax, []);
  assert.deepEqual(database.pragma('foreign_key_check'), []);
  assert.deepEqual(database.pragma('integrity_check', { simple: true }), 'ok');
});
