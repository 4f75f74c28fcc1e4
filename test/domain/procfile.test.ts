import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isProcessType, parseProcessType, parseProcfile } from '../../server/domain/procfile.ts';

test('a Procfile declares a command for each process type, in its order', () => {
  const types = parseProcfile('web: node server.js\nworker:node worker.js --queue=a:b\n');
  assert.deepEqual(Object.entries(types), [
    ['web', 'node server.js'],
    ['worker', 'node worker.js --queue=a:b'],
  ]);
});

test('blank lines and comments are skipped', () => {
  assert.deepEqual(parseProcfile('\n# the site\n  \nweb: a # not a comment\n'), {
    web: 'a # not a comment',
  });
});

test('files from Windows and old Macs, with and without a byte order mark, read the same', () => {
  for (const text of ['web: a\r\nworker: b\r\n', '\uFEFFweb: a\nworker: b', 'web: a\rworker: b']) {
    assert.deepEqual(parseProcfile(text), { web: 'a', worker: 'b' });
  }
});

test('the last declaration of a type counts', () => {
  assert.deepEqual(parseProcfile('web: a\nweb: b'), { web: 'b' });
});

test('a type may be named like a property of every object', () => {
  assert.deepEqual(Object.keys(parseProcfile('constructor: a\ntoString: b')), [
    'constructor',
    'toString',
  ]);
});

test('an empty Procfile declares nothing', () => {
  assert.deepEqual(parseProcfile(''), {});
});

for (const line of ['web node server.js', 'web:', 'web:   ', ': node', 'we b: x', '__proto__: x']) {
  test(`${JSON.stringify(line)} is refused with its line number`, () => {
    assert.throws(() => parseProcfile(`ok: true\n\n${line}`), {
      id: 'invalid_params',
      message: /^Procfile, line 3: expected "<process type>: <command>", found "/,
    });
  });
}

test('a process type has letters, digits, dashes and underscores, 128 at most', () => {
  assert.equal(parseProcessType('low-prio_mail2'), 'low-prio_mail2');
  assert.equal(isProcessType('a'.repeat(128)), true);
  for (const text of ['', 'a'.repeat(129), 'web.1', 'a/b', 'web\n', '__proto__']) {
    assert.throws(() => parseProcessType(text), { id: 'invalid_params' });
  }
});
