import assert from 'node:assert/strict';
import { test } from 'node:test';
import { NO_ID } from '../../server/git/command-list.ts';
import { parsePackets } from '../../server/git/pkt-line.ts';
import { refusalReport } from '../../server/git/report.ts';

const COMMANDS = ['refs/heads/main', 'refs/tags/v1'].map((ref) => ({
  ref,
  oldId: NO_ID,
  newId: 'a'.repeat(40),
}));
const REFUSALS = [{ ref: 'refs/tags/v1', reason: 'no' }];
const STATUS = [
  'unpack ok\n',
  'ng refs/heads/main refused together with the rest of the push\n',
  'ng refs/tags/v1 no\n',
];

function listWith(...capabilities: readonly string[]) {
  return { commands: COMMANDS, capabilities: new Set(capabilities), shallow: false, length: 0 };
}

test('every ref of a refused push is reported, with its own reason or the common one', () => {
  const report = refusalReport(listWith(), REFUSALS);
  assert.deepEqual(parsePackets(report)?.lines.map(String), STATUS);
});

test('a client that asked for bands gets its report in the first', () => {
  const packets = parsePackets(refusalReport(listWith('side-band-64k'), REFUSALS));
  const lines = packets?.lines ?? [];
  assert.ok(lines.every((line) => line[0] === 1));
  const inner = Buffer.concat(lines.map((line) => line.subarray(1)));
  assert.deepEqual(parsePackets(inner)?.lines.map(String), STATUS);
});
