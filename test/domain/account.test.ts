import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseEmail } from '../../server/domain/account.ts';

test('an address is compared without regard to case or surrounding blanks', () => {
  assert.equal(parseEmail(' Ada.Lovelace+apps@Example.COM\n'), 'ada.lovelace+apps@example.com');
});

test('an address may be local to the machine', () => {
  assert.equal(parseEmail('admin@localhost'), 'admin@localhost');
});

const wrong = [
  '',
  'ada',
  '@example.com',
  'ada@',
  'a b@example.com',
  'a@b@c',
  'ada@-x.com',
  'ada@x.',
  '"a"@x.com',
  "a'b@x.com",
  'ada@exa mple.com',
  `${'a'.repeat(65)}@x.com`,
];
for (const text of wrong) {
  test(`${JSON.stringify(text)} is not an address`, () => {
    assert.throws(() => parseEmail(text), { id: 'invalid_params' });
  });
}
