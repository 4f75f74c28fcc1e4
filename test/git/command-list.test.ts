import assert from 'node:assert/strict';
import { test } from 'node:test';
import { NO_ID, parseCommandList } from '../../server/git/command-list.ts';
import { encodePacket, FLUSH } from '../../server/git/pkt-line.ts';

const A = 'a'.repeat(40);

function send(...lines: readonly string[]): Buffer {
  return Buffer.concat([...lines.map(encodePacket), FLUSH]);
}

test('commands are read with the capabilities that follow the first', () => {
  const list = parseCommandList(
    Buffer.concat([
      send(
        `${NO_ID} ${A} refs/heads/main\0 report-status side-band-64k agent=git/2`,
        `${A} ${NO_ID} refs/heads/old`,
      ),
      Buffer.from('PACK'),
    ]),
  );
  assert.deepEqual(list?.commands, [
    { oldId: NO_ID, newId: A, ref: 'refs/heads/main' },
    { oldId: A, newId: NO_ID, ref: 'refs/heads/old' },
  ]);
  assert.ok(list.capabilities.has('side-band-64k'));
  assert.equal(list.shallow, false);
});

test('a shallow line marks the whole push', () => {
  const list = parseCommandList(send(`shallow ${A}\n`, `${NO_ID} ${A} refs/heads/main\0`));
  assert.equal(list?.shallow, true);
  assert.equal(list.commands.length, 1);
});

test('an empty list is a probe and holds no command', () => {
  assert.deepEqual(parseCommandList(FLUSH)?.commands, []);
});

test('a ref name may hold blanks and zeros, as on the wire', () => {
  const list = parseCommandList(send(`${NO_ID} ${A} refs/heads/v100 00`));
  assert.equal(list?.commands[0]?.ref, 'refs/heads/v100 00');
});

test('anything that is no command is junk: certificates, options, endless names', () => {
  for (const line of [
    'push-cert\0',
    'hello',
    `${A} refs/heads/main`,
    `${A} ${A} ${'x'.repeat(1001)}`,
  ]) {
    assert.throws(() => parseCommandList(send(line)), SyntaxError);
  }
});
