import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseGitlinks, parseGitmodules, pinSubmodules } from '../../server/repos/submodules.ts';

const C = 'c'.repeat(40);

test('a .gitmodules is read whatever its sections are called', () => {
  const text =
    'core.bare\nfalse\0submodule.a.b.path\nlib/a\0submodule.a.b.url\nhttps://x/a\0' +
    'submodule.c.url\n../c\0submodule.d.path\nlib/d\0';
  assert.deepEqual(
    [...parseGitmodules(text)],
    [
      ['lib/a', 'https://x/a'],
      ['lib/d', ''],
    ],
  );
});

test('only links of a tree count, whatever their paths hold', () => {
  const entries = [`100644 blob ${C}\ta`, `160000 commit ${C}\tlib/\tä\n`, `040000 tree ${C}\tb`];
  const tree = Buffer.from(entries.map((entry) => `${entry}\0`).join(''));
  assert.deepEqual([...parseGitlinks(tree)], [['lib/\tä\n', C]]);
});

test('a link without an address is left out, an address without a link too', () => {
  const urls = new Map([
    ['a', 'https://x/a'],
    ['b', ''],
    ['gone', 'https://x/gone'],
  ]);
  const links = new Map(['a', 'b', 'c'].map((path) => [path, C]));
  assert.deepEqual(pinSubmodules(urls, links), [{ path: 'a', url: 'https://x/a', commit: C }]);
});
