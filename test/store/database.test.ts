import assert from 'node:assert/strict';
import { chmodSync, statSync, writeFileSync } from 'node:fs';
import { test, type TestContext } from 'node:test';
import { openDatabase, snapshot, transaction, type Database } from '../../server/store/database.ts';
import { freshFile } from './fixtures.ts';

function opened(t: TestContext, file: string): Database {
  const database = openDatabase(file);
  t.after(() => database.close());
  return database;
}

function counting(t: TestContext): {
  database: Database;
  add: (n: number) => void;
  all: () => unknown;
} {
  const database = opened(t, ':memory:');
  database.exec('CREATE TABLE numbers (n INTEGER NOT NULL UNIQUE) STRICT');
  return {
    database,
    add: (n) => database.prepare('INSERT INTO numbers VALUES (?)').run(n),
    all: () => database.prepare('SELECT n FROM numbers ORDER BY n').pluck().all(),
  };
}

test('a commit is on the disk before it is acknowledged', (t) => {
  const database = opened(t, freshFile(t));
  const settings = ['journal_mode', 'synchronous', 'foreign_keys', 'recursive_triggers'];
  assert.deepEqual(
    settings.map((name) => database.pragma(name, { simple: true })),
    ['wal', 2, 1, 1],
  );
});

test('only its owner reads the database and its write-ahead log', (t) => {
  const file = freshFile(t);
  opened(t, file).exec('CREATE TABLE filler (n INTEGER) STRICT');
  for (const name of [file, `${file}-wal`, `${file}-shm`]) {
    assert.equal(statSync(name).mode & 0o777, 0o600, name);
  }
});

test('a file that is no database is refused and left alone', (t) => {
  const file = freshFile(t);
  const text = 'these are the notes of somebody else, not a database at all\n'.repeat(100);
  writeFileSync(file, text);
  chmodSync(file, 0o600);
  assert.throws(() => openDatabase(file), { code: 'SQLITE_NOTADB' });
  assert.equal(statSync(file).size, text.length);
});

test('what a transaction wrote is gone when it throws', (t) => {
  const { database, add, all } = counting(t);
  add(1);
  assert.throws(
    () =>
      transaction(database, () => {
        add(2);
        throw new Error('no');
      }),
    /no/,
  );
  assert.deepEqual(all(), [1]);
});

test('a transaction returns what its work returns', (t) => {
  const { database } = counting(t);
  assert.equal(
    transaction(database, () => transaction(database, () => 'done')),
    'done',
  );
  assert.equal(
    snapshot(database, () => 'seen'),
    'seen',
  );
});

test('an inner transaction that throws takes back its own part alone', (t) => {
  const { database, add, all } = counting(t);
  transaction(database, () => {
    add(1);
    assert.throws(() =>
      transaction(database, () => {
        add(2);
        throw new Error('no');
      }),
    );
    add(3);
  });
  assert.deepEqual(all(), [1, 3]);
});

test('an outer transaction that throws takes back what inner ones committed', (t) => {
  const { database, add, all } = counting(t);
  assert.throws(() =>
    transaction(database, () => {
      transaction(database, () => {
        add(1);
      });
      throw new Error('no');
    }),
  );
  assert.deepEqual(all(), []);
});

test('work that awaits is refused, since it would leave the transaction open', (t) => {
  const { database, add, all } = counting(t);
  assert.throws(
    () =>
      transaction(database, () => {
        add(1);
        return Promise.resolve();
      }),
    /promise/,
  );
  assert.deepEqual(all(), []);
});

test('a snapshot sees one moment while another connection writes', (t) => {
  const file = freshFile(t);
  const [reader, writer] = [opened(t, file), opened(t, file)];
  writer.exec('CREATE TABLE numbers (n INTEGER) STRICT');
  const count = reader.prepare<[], number>('SELECT count(*) FROM numbers').pluck();
  snapshot(reader, () => {
    assert.equal(count.get(), 0);
    writer.exec('INSERT INTO numbers VALUES (1)');
    assert.equal(count.get(), 0);
  });
  assert.equal(count.get(), 1);
});
