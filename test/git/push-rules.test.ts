import assert from 'node:assert/strict';
import { test } from 'node:test';
import { NO_ID, type Command } from '../../server/git/command-list.ts';
import { deployCommand, findFaults, shortName } from '../../server/git/push-rules.ts';

const A = 'a'.repeat(40);
const B = 'b'.repeat(40);
const NOTHING: ReadonlyMap<string, string> = new Map();

function command(ref: string, newId = A, oldId = NO_ID): Command {
  return { ref, newId, oldId };
}

function faults(commands: readonly Command[], current = NOTHING, shallow = false): string[] {
  const list = { commands, shallow, capabilities: new Set<string>(), length: 0 };
  return findFaults(list, current).map(({ ref, reason }) => `${shortName(ref)}: ${reason}`);
}

test('branches and tags of any name may be created', () => {
  assert.deepEqual(
    faults(['main', 'x/y', 'mainly'].map((name) => command(`refs/heads/${name}`))),
    [],
  );
  assert.deepEqual(faults([command('refs/tags/v1')]), []);
});

test('refs outside branches and tags are refused', () => {
  for (const ref of ['refs/notes/commits', 'refs/for/main', 'HEAD', 'refs/heads/', 'main']) {
    assert.deepEqual(faults([command(ref)]), [
      `${shortName(ref)}: only branches and tags can be pushed`,
    ]);
  }
});

test('main and master cannot be deleted, other branches and tags can', () => {
  const reason = 'main and master deploy the app and cannot be deleted';
  const current = new Map(['heads/main', 'heads/x', 'tags/v1'].map((name) => [`refs/${name}`, A]));
  assert.deepEqual(faults([command('refs/heads/main', NO_ID, A)], current), [`main: ${reason}`]);
  assert.deepEqual(faults([command('refs/heads/x', NO_ID, A)], current), []);
  assert.deepEqual(faults([command('refs/tags/v1', NO_ID, A)], current), []);
});

test('main and master may be pushed together only at one commit', () => {
  const main = command('refs/heads/main', A);
  assert.deepEqual(faults([main, command('refs/heads/master', A)]), []);
  const reason = 'main and master are different commits: push one of them';
  assert.deepEqual(faults([main, command('refs/heads/master', B)]), [
    `main: ${reason}`,
    `master: ${reason}`,
  ]);
});

test('a ref that is not where the pusher saw it is refused before anything is built', () => {
  const moved = [`main: it has moved since you looked: push again`];
  assert.deepEqual(
    faults([command('refs/heads/main', B)], new Map([['refs/heads/main', A]])),
    moved,
  );
  assert.deepEqual(faults([command('refs/heads/main', B, A)]), moved);
});

test('a ref that is named twice, or lies below main, is refused', () => {
  const main = command('refs/heads/main');
  assert.deepEqual(faults([main, main]), ['main: named twice', 'main: named twice']);
  assert.deepEqual(faults([command('refs/heads/main/x')]), [
    'main/x: there can be no branch below main',
  ]);
});

test('a shallow push is refused with the way out', () => {
  assert.match(faults([command('refs/heads/main')], NOTHING, true).join(), /fetch --unshallow/);
});

test('the first of main and master that is not deleted is deployed, nothing else', () => {
  assert.equal(deployCommand([command('refs/heads/x'), command('refs/tags/main')]), undefined);
  assert.equal(deployCommand([command('refs/heads/main', NO_ID, A)]), undefined);
  assert.equal(deployCommand([command('refs/heads/x'), command('refs/heads/master', B)])?.newId, B);
});

test('a name is printed without what could play with a terminal', () => {
  assert.equal(shortName('refs/heads/a\u001b[31mb\u202e'), 'a?[31mb?');
});
