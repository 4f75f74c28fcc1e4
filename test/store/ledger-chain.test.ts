import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  encodeFields,
  hashEntry,
  verifyChain,
  type LedgerEntry,
} from '../../server/store/ledger-chain.ts';

type Draft = Pick<LedgerEntry, 'kind' | 'version'>;

const release = (version: number): Draft => ({ kind: 'release', version });
const outcome = (version: number): Draft => ({ kind: 'outcome', version });

/** Entries in this order, hashed as they should be. */
function chain(...drafts: readonly Draft[]): LedgerEntry[] {
  let previous: Buffer | null = null;
  return drafts.map((draft, index) => {
    const entry = { ...draft, entry: index + 1, fields: [`text ${index}`, index, null] };
    previous = hashEntry(previous, entry);
    return { ...entry, hash: previous };
  });
}

function changed(
  entries: LedgerEntry[],
  index: number,
  change: Partial<LedgerEntry>,
): LedgerEntry[] {
  return entries.map((entry, at) => (at === index ? { ...entry, ...change } : entry));
}

test('a chain of releases and outcomes in any order verifies', () => {
  assert.deepEqual(verifyChain([]), { ok: true, rows: 0 });
  const entries = chain(release(1), release(2), outcome(2), outcome(1), release(3));
  assert.deepEqual(verifyChain(entries), { ok: true, rows: 5 });
});

test('a changed field breaks the chain at its row', () => {
  const entries = changed(chain(release(1), outcome(1), release(2)), 1, {
    fields: ['text 1', 2, null],
  });
  assert.deepEqual(verifyChain(entries), {
    ok: false,
    version: 1,
    reason:
      'The outcome row of v1 is not what was appended: its hash does not fit its fields and the row before it.',
  });
});

test('a row that was changed and hashed anew breaks the chain at the next one', () => {
  const entries = chain(release(1), release(2), release(3));
  const forged = { kind: 'release', entry: 2, version: 2, fields: ['forged'] } as const;
  const previous = entries[0]?.hash ?? null;
  const rewritten = changed(entries, 1, { ...forged, hash: hashEntry(previous, forged) });
  const result = verifyChain(rewritten);
  assert.ok(!result.ok && result.version === 3, JSON.stringify(result));
});

test('a missing row is named by its number', () => {
  const entries = chain(release(1), outcome(1), release(2)).toSpliced(1, 1);
  assert.deepEqual(verifyChain(entries), {
    ok: false,
    version: 2,
    reason: 'The release row of v2 is entry 3; expected entry 2, which is missing.',
  });
});

test('a version that was left out is found though all hashes fit', () => {
  assert.deepEqual(verifyChain(chain(release(1), release(3))), {
    ok: false,
    version: 3,
    reason: 'The release row of v3 is release number 2 of its app.',
  });
});

test('a release can not pass for an outcome', () => {
  const result = verifyChain(changed(chain(release(1), outcome(1)), 1, { kind: 'release' }));
  assert.equal(result.ok, false);
});

test('fields that look alike when put together are told apart', () => {
  const texts = [
    ['a', 'b'],
    ['a,b'],
    ['a","b'],
    ['ab'],
    ['a', null, 'b'],
    ['1'],
    [1],
    ['null'],
    [null],
    [''],
  ];
  const encoded = texts.map((fields) => encodeFields('release', fields));
  assert.equal(new Set(encoded).size, texts.length);
});
