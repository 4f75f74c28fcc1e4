import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { randomBytes, randomInt } from 'node:crypto';
import { resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { test, type TestContext } from 'node:test';
import type { App } from '../../server/domain/app.ts';
import { createStore, type Store } from '../../server/store/store.ts';
import { anApp, freshFile } from '../store/fixtures.ts';

const APPENDER = resolve(import.meta.dirname, '../store/appender.ts');

interface Ledger {
  readonly file: string;
  readonly masterKey: Buffer;
  readonly store: Store;
  readonly app: App;
}

/** What a process said was acknowledged. */
interface Acknowledged {
  readonly version: number;
  readonly text: string;
}

function ledgerOnDisk(t: TestContext): Ledger {
  const [file, masterKey] = [freshFile(t), randomBytes(32)];
  const store = createStore({ file, masterKey, now: () => new Date() });
  t.after(() => {
    store.close();
  });
  return { file, masterKey, store, app: anApp(store) };
}

/** Runs an appender to its end, or kills it once it has acknowledged `killAfter` releases. */
async function append(
  ledger: Ledger,
  limits: { readonly count: number; readonly killAfter?: number },
): Promise<Acknowledged[]> {
  const { file, masterKey, app } = ledger;
  const words = [file, masterKey.toString('hex'), app.id, app.ownerId, String(limits.count)];
  const child = spawn(process.execPath, [APPENDER, ...words], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const acknowledged: Acknowledged[] = [];
  for await (const line of createInterface(child.stdout)) {
    const [version = '', text = ''] = line.split(' ');
    acknowledged.push({ version: Number(version), text });
    if (acknowledged.length === limits.killAfter) child.kill('SIGKILL');
  }
  return acknowledged;
}

function versions(rows: readonly { readonly version: number }[]): number[] {
  return rows.map(({ version }) => version).sort((a, b) => a - b);
}

function upTo(count: number): number[] {
  return Array.from({ length: count }, (_, index) => index + 1);
}

/** Every acknowledged release is there, with its own config vars. */
function requireKept({ store, app }: Ledger, acknowledged: readonly Acknowledged[]): void {
  for (const { version, text } of acknowledged) {
    const release = store.ledger.find(app.id, version);
    assert.equal(release?.description, text);
    assert.equal(release.status, 'succeeded');
    assert.deepEqual(store.ledger.config(release.id), { TEXT: text });
  }
}

test(
  'two processes that append at once share the versions without gap or repeat',
  { timeout: 120_000 },
  async (t) => {
    const ledger = ledgerOnDisk(t);
    const both = await Promise.all([
      append(ledger, { count: 100 }),
      append(ledger, { count: 100 }),
    ]);
    assert.deepEqual(versions(both.flat()), upTo(200));
    assert.deepEqual(ledger.store.ledger.verify(ledger.app.id), { ok: true, rows: 400 });
    requireKept(ledger, both.flat());
  },
);

test(
  'twenty writers killed at random points lose nothing that was acknowledged',
  { timeout: 180_000 },
  async (t) => {
    const ledger = ledgerOnDisk(t);
    const acknowledged: Acknowledged[] = [];
    for (let round = 0; round < 5; round += 1) {
      const writers = Array.from({ length: 4 }, () =>
        append(ledger, { count: 100_000, killAfter: randomInt(1, 40) }),
      );
      acknowledged.push(...(await Promise.all(writers)).flat());
      const verified = ledger.store.ledger.verify(ledger.app.id);
      assert.ok(verified.ok, JSON.stringify(verified));
    }
    requireKept(ledger, acknowledged);
    const kept = ledger.store.ledger.list(ledger.app.id);
    assert.deepEqual(versions(kept), upTo(kept.length));
    assert.ok(
      kept.length - acknowledged.length <= 20,
      'a killed writer may leave one release it had no time to tell of',
    );
  },
);
