import assert from 'node:assert/strict';
import { test } from 'node:test';
import { encodePacket, FLUSH, parsePackets } from '../../server/git/pkt-line.ts';

test('what was encoded is parsed back, up to the first flush', () => {
  const data = Buffer.concat([
    encodePacket('one'),
    encodePacket('two'),
    FLUSH,
    Buffer.from('PACK'),
  ]);
  const packets = parsePackets(data);
  assert.ok(packets);
  assert.deepEqual(packets.lines.map(String), ['one', 'two']);
  assert.equal(data.toString('latin1', packets.end), 'PACK');
});

test('a list that is cut anywhere is waited for', () => {
  const data = Buffer.concat([encodePacket('one'), encodePacket('two'), FLUSH]);
  for (let size = 0; size < data.length; size++) {
    assert.equal(parsePackets(data.subarray(0, size)), null, `${String(size)} bytes`);
  }
});

test('a length that is no hex number, or belongs to protocol 2, is junk', () => {
  for (const junk of ['zzzz', '0001', '0003', '-001', 'GET /']) {
    assert.throws(() => parsePackets(Buffer.from(junk)), SyntaxError, junk);
  }
});

test('nothing longer than a packet can hold is encoded', () => {
  assert.equal(encodePacket(Buffer.alloc(65_516)).toString('latin1', 0, 4), 'fff0');
  assert.throws(() => encodePacket(Buffer.alloc(65_517)), RangeError);
});
