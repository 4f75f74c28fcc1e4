import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  applyConfigChange,
  CONFIG_VARS_LIMIT,
  describeConfigChange,
  parseConfigAssignment,
  parseConfigName,
} from '../../server/domain/config-vars.ts';

for (const name of ['FOO', 'foo_2', '_X', 'constructor', 'a']) {
  test(`${name} can name a config var`, () => {
    assert.equal(parseConfigName(name), name);
  });
}

const wrongNames = ['', '2X', 'FOO-BAR', 'FOO BAR', 'FOO\n', 'ä', '__proto__', 'HEROKU_APP_NAME'];
for (const name of wrongNames) {
  test(`${JSON.stringify(name)} can not name a config var`, () => {
    assert.throws(() => parseConfigName(name), { id: 'invalid_params' });
  });
}

test('a value may hold equal signs, quotes, newlines and nothing at all', () => {
  assert.deepEqual(parseConfigAssignment('A=b=c'), ['A', 'b=c']);
  assert.deepEqual(parseConfigAssignment('A="b"\nc'), ['A', '"b"\nc']);
  assert.deepEqual(parseConfigAssignment('A='), ['A', '']);
});

test('an assignment needs a name and an equal sign', () => {
  for (const word of ['FOO', '=bar', '']) {
    assert.throws(() => parseConfigAssignment(word), { message: /Must be in the format FOO=bar/ });
  }
});

test('a NUL byte is refused, since no environment can hold it', () => {
  assert.throws(() => parseConfigAssignment('A=b\0c'), { id: 'invalid_params' });
  assert.throws(() => applyConfigChange({}, { A: '\0' }), { id: 'invalid_params' });
});

test('a change sets, replaces and removes, and tells what differs', () => {
  const { vars, set, removed } = applyConfigChange(
    { KEPT: '1', CHANGED: '1', GONE: '1' },
    { CHANGED: '2', NEW: '', GONE: null },
  );
  assert.deepEqual(vars, { KEPT: '1', CHANGED: '2', NEW: '' });
  assert.deepEqual(set, ['CHANGED', 'NEW']);
  assert.deepEqual(removed, ['GONE']);
});

test('what stays as it is is not told as changed', () => {
  const { set, removed } = applyConfigChange({ A: '1' }, { A: '1', NEVER: null });
  assert.deepEqual([set, removed], [[], []]);
});

test('a change leaves the config vars it was given alone', () => {
  const before = { A: '1' };
  applyConfigChange(before, { A: null, B: '2' });
  assert.deepEqual(before, { A: '1' });
});

test('a name that every object knows is set and removed like any other', () => {
  const first = applyConfigChange({}, { constructor: 'x' });
  assert.deepEqual(first.set, ['constructor']);
  assert.deepEqual(applyConfigChange({}, { toString: null }).removed, []);
});

test('all names and values together hold 64 kB, counted in bytes', () => {
  const fits = 'ä'.repeat((CONFIG_VARS_LIMIT - 2) / 2);
  assert.deepEqual(applyConfigChange({}, { AA: fits }).set, ['AA']);
  assert.throws(() => applyConfigChange({ AA: fits }, { B: '' }), {
    id: 'invalid_params',
    message: /64 kB in all; with this change they would be 65537 bytes/,
  });
});

test('a release is described by what was set and removed', () => {
  assert.equal(describeConfigChange(['FOO', 'BAR'], []), 'Set FOO, BAR config vars');
  assert.equal(describeConfigChange([], ['FOO']), 'Remove FOO config vars');
  assert.equal(describeConfigChange(['A'], ['B', 'C']), 'Set A and remove B, C config vars');
});
