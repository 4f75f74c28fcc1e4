import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DEFAULT_DYNO_SIZE, DYNO_SIZES, parseDynoSize } from '../../server/domain/dyno-size.ts';

test('a size is found whatever its case', () => {
  assert.equal(parseDynoSize('Standard-2X'), 'standard-2x');
  assert.equal(parseDynoSize('performance-l-ram'), 'performance-l-ram');
});

test("Heroku's old short names still work", () => {
  assert.equal(parseDynoSize('1X'), 'standard-1x');
  assert.equal(parseDynoSize('2x'), 'standard-2x');
});

test('every size is found by the name that is printed', () => {
  for (const [id, { name }] of Object.entries(DYNO_SIZES)) assert.equal(parseDynoSize(name), id);
  assert.ok(Object.hasOwn(DYNO_SIZES, DEFAULT_DYNO_SIZE));
});

for (const text of ['', 'huge', 'constructor', '__proto__', 'toString', '3x']) {
  test(`${JSON.stringify(text)} is no size, and the answer lists those there are`, () => {
    assert.throws(() => parseDynoSize(text), {
      id: 'invalid_params',
      message: /Sizes are Eco, Basic, Standard-1X, /,
    });
  });
}
