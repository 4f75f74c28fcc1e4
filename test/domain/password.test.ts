import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hashPassword, verifyPassword } from '../../server/domain/password.ts';

test('a password fits its own hash and no other one does', async () => {
  const hash = await hashPassword('correct horse battery staple');
  assert.equal(await verifyPassword('correct horse battery staple', hash), true);
  assert.equal(await verifyPassword('Correct horse battery staple', hash), false);
  assert.equal(await verifyPassword('', hash), false);
});

test('the same password has another hash each time, and none holds the password', async () => {
  const hashes = await Promise.all([hashPassword('swordfish'), hashPassword('swordfish')]);
  assert.notEqual(hashes[0], hashes[1]);
  for (const hash of hashes) assert.match(hash, /^scrypt\$15\$8\$3\$[\w-]{22}\$[\w-]{43}$/);
});

test('a password typed with combining accents is the same password', async () => {
  const hash = await hashPassword('caf\u00e9');
  assert.equal(await verifyPassword('cafe\u0301', hash), true);
});

test('an account without a password is opened by none, and the answer takes as long', async () => {
  const hash = await hashPassword('x');
  const wrong = await milliseconds(() => verifyPassword('y', hash));
  const missing = await milliseconds(() => verifyPassword('', null));
  assert.equal(await verifyPassword('', null), false);
  assert.ok(missing > wrong / 10, `${missing} ms against ${wrong} ms`);
});

test('a hash keeps the cost that it was made with', async () => {
  // node -e "crypto.scryptSync('x', Buffer.alloc(16), 32, {N: 1024, r: 8, p: 1})"
  const cheap = `scrypt$10$8$1$${'A'.repeat(22)}$dNWxk1wGX9W8L-OgFxyrwFcpjY3FnPL0FFfcs8y0UBk`;
  assert.equal(await verifyPassword('x', cheap), true);
});

test('a damaged hash is reported, not taken for a wrong password', async () => {
  await assert.rejects(verifyPassword('x', 'plaintext'), /not in the form scrypt\$/);
});

async function milliseconds(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}
