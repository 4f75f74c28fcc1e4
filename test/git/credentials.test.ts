import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseBasic } from '../../server/git/credentials.ts';

function basic(text: string): string {
  return `Basic ${Buffer.from(text).toString('base64')}`;
}

test('user and password are read, colons and umlauts in the password included', () => {
  assert.deepEqual(parseBasic(basic('ann:a:b')), { user: 'ann', password: 'a:b' });
  assert.deepEqual(parseBasic(basic(':tökén')), { user: '', password: 'tökén' });
});

test('a header without anything to read is as good as none', () => {
  for (const header of [undefined, '', 'Basic', 'Basic ', 'Bearer abc', 'Basic !!', basic('ann')]) {
    assert.equal(parseBasic(header), undefined, header);
  }
});
