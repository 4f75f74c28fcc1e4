import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createWorld } from './world.ts';

test('a foreign app looks exactly like one that does not exist', async () => {
  const world = createWorld();
  const [ada, eve] = [world.person('ada@example.com'), world.person('eve@example.com')];
  await world.apps.create(ada, { name: 'haiku' });
  const refusal = (name: string): unknown => {
    try {
      world.apps.info(eve, name);
    } catch (error) {
      return JSON.stringify([error, String(error)]);
    }
    return null;
  };
  assert.notEqual(refusal('haiku'), null);
  assert.deepEqual(refusal('haiku'), refusal('no-such-app'));
  assert.deepEqual(world.apps.list(eve), []);
});

test('a collaborator may do what was granted and nothing else', async () => {
  const world = createWorld();
  const [ada, bob] = [world.person('ada@example.com'), world.person('bob@example.com')];
  const app = await world.apps.create(ada, { name: 'haiku' });
  world.store.collaborators.set(app.id, bob.account.id, ['view', 'deploy']);
  assert.equal(world.apps.info(bob, 'haiku').app.id, app.id);
  assert.throws(() => world.formation.scale(bob, 'haiku', []), { id: 'forbidden' });
  assert.throws(() => world.configVars.change(bob, 'haiku', { A: '1' }), { id: 'forbidden' });
  await assert.rejects(world.apps.destroy(bob, 'haiku', 'haiku'), { id: 'forbidden' });
});

test('an admin may do everything, and only an admin makes accounts', async () => {
  const world = createWorld();
  const root = world.person('root@example.com', { admin: true });
  const ada = world.person('ada@example.com');
  await world.apps.create(ada, { name: 'haiku' });
  assert.equal(world.apps.list(root).length, 1);
  assert.throws(() => world.accounts.create(ada, { email: 'x@example.com' }), { id: 'forbidden' });
  const { account, invite } = world.accounts.create(root, { email: ' X@Example.com' });
  assert.equal(account.email, 'x@example.com');
  assert.equal(account.state, 'pending');
  assert.ok(invite.length > 20);
});

test('a password and a token both prove who one is, until the account is disabled', async () => {
  const world = createWorld();
  const root = world.person('root@example.com', { admin: true });
  const ada = world.person('ada@example.com');
  const short = world.accounts.setPassword(ada, 'ada@example.com', 'short');
  await assert.rejects(short, { id: 'invalid_params' });
  await world.accounts.setPassword(ada, 'ada@example.com', 'an old silent pond');
  const token = world.accounts.createToken(ada, {});
  const who = async (user: string, secret: string): Promise<string | undefined> =>
    (await world.accounts.authenticate(user, secret))?.account.email;
  assert.equal(await who('Ada@example.com', 'an old silent pond'), 'ada@example.com');
  assert.equal(await who('whoever', token), 'ada@example.com');
  assert.equal(await who('ada@example.com', 'wrong'), undefined);
  assert.equal(await who('nobody@example.com', 'an old silent pond'), undefined);
  world.accounts.disable(root, 'ada@example.com');
  assert.equal(await who('ada@example.com', 'an old silent pond'), undefined);
  assert.equal(await who('whoever', token), undefined);
});

test('the first admin is made once', () => {
  const world = createWorld();
  const first = world.accounts.ensureAdmin('root@example.com');
  assert.ok(first?.account.admin);
  assert.equal(world.accounts.byToken(first.token)?.account.id, first.account.id);
  assert.equal(world.accounts.ensureAdmin('root@example.com'), null);
  assert.equal(world.accounts.localAdmin('root@example.com').id, first.account.id);
});

test('destroying an app takes its name repeated, and frees the name', async () => {
  const world = createWorld();
  const ada = world.person('ada@example.com');
  const app = await world.apps.create(ada, { name: 'haiku' });
  await assert.rejects(world.apps.destroy(ada, 'haiku', undefined), /--confirm haiku/);
  const typo = world.apps.destroy(ada, 'haiku', 'tanka');
  await assert.rejects(typo, /Confirmation tanka did not match haiku/);
  await world.apps.destroy(ada, 'haiku', 'haiku');
  assert.deepEqual(world.cleared, [app.id]);
  assert.throws(() => world.apps.info(ada, 'haiku'), { id: 'not_found' });
  assert.notEqual((await world.apps.create(ada, { name: 'haiku' })).id, app.id);
});

test('names that are taken or ill-formed are refused with the reason', async () => {
  const world = createWorld();
  const ada = world.person('ada@example.com');
  await world.apps.create(ada, { name: 'haiku' });
  await assert.rejects(world.apps.create(ada, { name: 'haiku' }), /[Nn]ame.*taken/);
  const wrong = ['Haiku', 'h', '-haiku', 'haiku-', '../haiku', 'ha iku', '$(id)', 'a'.repeat(31)];
  for (const name of wrong) {
    await assert.rejects(world.apps.create(ada, { name }), { id: 'invalid_params' }, name);
  }
  assert.match((await world.apps.create(ada, {})).name, /^[a-z]+-[a-z]+-\d{5}$/);
});
