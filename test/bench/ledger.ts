/**
 * What the ledger's promises cost: releases appended in a second, against plain INSERTs of as many
 * bytes into a bare table of the same kind of database, in turns within one run.
 *
 *   node test/bench/ledger.ts [rounds] [releases in a round]
 */
import { randomBytes, randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openDatabase } from '../../server/store/database.ts';
import { createStore } from '../../server/store/store.ts';

const [rounds = 7, count = 300] = process.argv.slice(2).map(Number);
const config = Object.fromEntries(
  Array.from({ length: 10 }, (_, index) => [`VAR_${index}`, randomUUID()]),
);

const folder = mkdtempSync(join(tmpdir(), 'monoku-bench-'));
try {
  const [append, insert] = [appendToLedger(), insertBare()];
  append(count);
  insert(count);
  const results = Array.from({ length: rounds }, () => {
    const [plain, ledger] = [rate(insert), rate(append)];
    return { plain, ledger, ratio: plain / ledger };
  });
  for (const key of ['ledger', 'plain', 'ratio'] as const) {
    console.log(key.padEnd(8), format(results.map((result) => result[key])));
  }
} finally {
  rmSync(folder, { recursive: true });
}

/** One release a transaction: sealed, hashed, checked by the triggers, read back. */
function appendToLedger(): (times: number) => void {
  const store = createStore({
    file: join(folder, 'ledger.db'),
    masterKey: randomBytes(32),
    now: () => new Date(),
  });
  const account = store.accounts.create({ email: 'bench@example.com' });
  const app = store.apps.create({ name: 'bench', ownerId: account.id });
  return (times) => {
    for (let done = 0; done < times; done += 1) {
      store.ledger.append({
        appId: app.id,
        accountId: account.id,
        cause: 'config',
        description: 'Set VAR_1 config vars',
        slugId: null,
        buildId: null,
        config,
        processTypes: { web: 'node server.js' },
        formation: { web: { quantity: 1, size: 'standard-1x' } },
      });
    }
  };
}

/** The same database settings, FULL included; one row of about the same size a transaction. */
function insertBare(): (times: number) => void {
  const database = openDatabase(join(folder, 'bare.db'));
  database.exec('CREATE TABLE bare (id TEXT PRIMARY KEY, row TEXT NOT NULL) STRICT');
  const insert = database.prepare('INSERT INTO bare VALUES (?, ?)');
  const row = JSON.stringify(config).padEnd(1000);
  return (times) => {
    for (let done = 0; done < times; done += 1) insert.run(randomUUID(), row);
  };
}

function rate(work: (times: number) => void): number {
  const start = performance.now();
  work(count);
  return (count / (performance.now() - start)) * 1000;
}

function format(values: readonly number[]): string {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (share: number): string =>
    (sorted[Math.floor((sorted.length - 1) * share)] ?? 0).toPrecision(3);
  return `median ${at(0.5)}  (least ${at(0)}, most ${at(1)})`;
}
