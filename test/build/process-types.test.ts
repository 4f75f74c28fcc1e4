import assert from 'node:assert/strict';
import { test } from 'node:test';
import { mergeProcessTypes, parseRelease } from '../../server/build/process-types.ts';
import { PlatformError } from '../../server/domain/errors.ts';

const types = (release: string, procfile: string | null = null): unknown => ({
  ...mergeProcessTypes(release, procfile),
});

test('the Procfile wins over the buildpack, which fills in what it lacks', () => {
  const release = 'default_process_types:\n  web: npm start\n  console: node\n';
  assert.deepEqual(types(release, 'web: node web.js\nworker: node worker.js\n'), {
    web: 'node web.js',
    console: 'node',
    worker: 'node worker.js',
  });
});

test('a buildpack that releases nothing leaves the Procfile alone', () => {
  for (const nothing of ['', '---\n', '--- {}\n', 'addons: []\n', 'default_process_types:\n']) {
    assert.deepEqual(types(nothing, 'web: x'), { web: 'x' });
    assert.deepEqual(types(nothing), {});
  }
});

test('quoted, flowing and folded YAML is understood', () => {
  const folded = 'default_process_types:\n  web: >-\n    gunicorn\n    app:app\n';
  assert.deepEqual(types(folded), { web: 'gunicorn app:app' });
  assert.deepEqual(types('default_process_types: {"web": "a: b"}'), { web: 'a: b' });
});

test('a type named like a property of every object is a type', () => {
  const merged = mergeProcessTypes('default_process_types:\n  constructor: a\n', 'toString: b');
  assert.deepEqual(Object.entries(merged), [
    ['constructor', 'a'],
    ['toString', 'b'],
  ]);
});

test('what is not usable is refused with a sentence', () => {
  const cases: readonly (readonly [string, RegExp])[] = [
    ['a: [', /not YAML/],
    ['default_process_types: [web]', /no mapping/],
    ['default_process_types: web', /no mapping/],
    ['default_process_types:\n  web: 1', /"web"/],
    ['default_process_types:\n  web: ""', /"web"/],
    ['default_process_types:\n  "../x": a', /"\.\.\/x"/],
  ];
  for (const [text, words] of cases) {
    assert.throws(
      () => parseRelease(text),
      (error) => error instanceof PlatformError && words.test(error.message),
      text,
    );
  }
});

test('YAML that multiplies itself is refused', () => {
  const lines = ['a0: &a0 [x,x,x,x,x,x,x,x,x]'];
  for (let level = 1; level < 9; level++) {
    const alias = `*a${String(level - 1)}`;
    lines.push(`a${String(level)}: &a${String(level)} [${Array(9).fill(alias).join(',')}]`);
  }
  assert.throws(() => parseRelease(lines.join('\n')), PlatformError);
});
