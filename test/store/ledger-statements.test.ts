import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openDatabase } from '../../server/store/database.ts';
import { prepareLedgerStatements } from '../../server/store/ledger-statements.ts';

const ONE_ROW = ['byId', 'byVersion', 'newest', 'current'] as const;

test('no statement gets slower with the length of the ledger: none scans or sorts it', (t) => {
  const database = openDatabase(':memory:');
  t.after(() => database.close());
  const statements = prepareLedgerStatements(database);
  const sources = [
    'SELECT * FROM ledger_heads WHERE app_id = ?',
    ...ONE_ROW.map((name) => statements[name].source),
  ];
  for (const source of sources) {
    const parameters = Array.from({ length: source.split('?').length - 1 }, () => 'x');
    const plan = database
      .prepare<unknown[], { detail: string }>(`EXPLAIN QUERY PLAN ${source}`)
      .all(...parameters)
      .map(({ detail }) => detail);
    assert.ok(plan.some((detail) => detail.startsWith('SEARCH')));
    const slow = /SCAN (releases|release_outcomes|ledger_entries|apps)|TEMP B-TREE/;
    assert.deepEqual(
      plan.filter((detail) => slow.test(detail)),
      [],
      source,
    );
  }
});
