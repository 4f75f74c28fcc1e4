import assert from 'node:assert/strict';
import { test } from 'node:test';
import { generateAppName, isAppName, parseAppName } from '../../server/domain/app.ts';

test('an app name has 3 to 30 characters', () => {
  assert.equal(isAppName('ab'), false);
  assert.equal(isAppName('abc'), true);
  assert.equal(isAppName('a'.repeat(30)), true);
  assert.equal(isAppName('a'.repeat(31)), false);
});

for (const name of ['quiet-meadow-12345', 'a--b', 'x11']) {
  test(`${name} can name an app`, () => {
    assert.equal(parseAppName(name), name);
  });
}

const wrong = [
  '',
  '1app',
  '-app',
  'app-',
  'App',
  'my_app',
  'my.app',
  '../etc',
  'app\n',
  'äpp',
  'a b c',
];
for (const name of wrong) {
  test(`${JSON.stringify(name)} can not name an app`, () => {
    assert.throws(() => parseAppName(name), {
      id: 'invalid_params',
      message: /3 to 30 characters/,
    });
  });
}

test('generated names are app names, and seldom the same', () => {
  const names = Array.from({ length: 2000 }, generateAppName);
  for (const name of names) assert.match(name, /^[a-z]+-[a-z]+-\d{5}$/);
  assert.deepEqual(
    names.filter((name) => !isAppName(name)),
    [],
  );
  assert.ok(new Set(names).size > 1990);
});
