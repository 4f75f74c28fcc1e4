import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseReleaseVersion, releaseName } from '../../server/domain/release.ts';

test('a release is named v and its number, and found with and without the v', () => {
  assert.equal(releaseName({ version: 12 }), 'v12');
  assert.equal(parseReleaseVersion('v12'), 12);
  assert.equal(parseReleaseVersion('12'), 12);
});

test('what is no version is none', () => {
  for (const text of ['', 'v', 'v0', '012', '-1', '1.5', 'v12 ', 'V1', 'current', '9999999999']) {
    assert.equal(parseReleaseVersion(text), undefined, text);
  }
});
