import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createKey, seal, unseal } from '../../server/store/seal.ts';

const key = createKey();
const secret = Buffer.from('DATABASE_URL=postgres://ada:swordfish@db');

test('what was sealed opens with the same key and words', () => {
  assert.deepEqual(unseal(key, seal(key, secret, 'v1'), 'v1'), secret);
  assert.deepEqual(unseal(key, seal(key, Buffer.alloc(0), 'v1'), 'v1'), Buffer.alloc(0));
});

test('the same plaintext is sealed differently each time and never shows', () => {
  const sealed = Array.from({ length: 100 }, () => seal(key, secret, 'v1'));
  assert.equal(new Set(sealed.map((bytes) => bytes.toString('hex'))).size, 100);
  assert.ok(sealed.every((bytes) => !bytes.includes('swordfish')));
});

test('another key does not open it, and neither do other words', () => {
  const sealed = seal(key, secret, 'v1');
  assert.throws(() => unseal(createKey(), sealed, 'v1'));
  assert.throws(() => unseal(key, sealed, 'v2'));
});

test('a single changed bit, wherever it is, is found', () => {
  const sealed = seal(key, secret, 'v1');
  for (let bit = 0; bit < sealed.length * 8; bit += 1) {
    const changed = Buffer.from(sealed);
    changed.writeUInt8(changed.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3);
    assert.throws(() => unseal(key, changed, 'v1'), `bit ${bit}`);
  }
});

test('a sealed value that was cut short does not open', () => {
  const sealed = seal(key, secret, 'v1');
  for (const length of [0, 11, 12, 20, 28, sealed.length - 1]) {
    assert.throws(() => unseal(key, sealed.subarray(0, length), 'v1'), `${length} bytes`);
  }
});
