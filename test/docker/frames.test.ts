import assert from 'node:assert/strict';
import { test } from 'node:test';
import { collect } from '../support/collect.ts';
import { readFrames, type Frame } from '../../server/docker/frames.ts';
import { readLines } from '../../server/docker/lines.ts';
import { readOutput } from '../../server/docker/output.ts';

function frame(stream: 1 | 2, text: string): Buffer {
  const header = Buffer.from([stream, 0, 0, 0, 0, 0, 0, 0]);
  header.writeUInt32BE(Buffer.byteLength(text), 4);
  return Buffer.concat([header, Buffer.from(text)]);
}

/** The same bytes, cut into chunks of a given length. */
async function* inChunks(bytes: Buffer, length: number): AsyncGenerator<Buffer> {
  for (let at = 0; at < bytes.length; at += length) {
    yield await Promise.resolve(bytes.subarray(at, at + length));
  }
}

const bytes = Buffer.concat([frame(1, 'out'), frame(2, 'größe'), frame(1, ''), frame(1, 'end')]);

for (const length of [1, 3, 8, 11, 1000]) {
  test(`frames are found in chunks of ${length} bytes`, async () => {
    const frames = await collect(readFrames(inChunks(bytes, length)));
    assert.deepEqual(
      frames.map(({ stream, data }) => [stream, data.toString()]),
      [
        ['stdout', 'out'],
        ['stderr', 'größe'],
        ['stdout', ''],
        ['stdout', 'end'],
      ],
    );
  });

  test(`lines are found in chunks of ${length} bytes`, async () => {
    const text = Buffer.from('{"a":"ü"}\n\n{"b":1}\nrest');
    const lines = await collect(readLines(inChunks(text, length)));
    assert.deepEqual(lines, ['{"a":"ü"}', '', '{"b":1}', 'rest']);
  });
}

test('a frame that never completes is dropped', async () => {
  const cut = bytes.subarray(0, 9);
  assert.deepEqual(await collect(readFrames(inChunks(cut, 4))), []);
});

const T1 = '2026-11-21T01:02:03.000000001Z';
const T2 = '2026-11-21T01:02:03.000000002Z';

function outputOf(...frames: [Frame['stream'], string][]): Promise<unknown[]> {
  async function* source(): AsyncGenerator<Frame> {
    for (const [stream, text] of frames) {
      yield await Promise.resolve({ stream, data: Buffer.from(text) });
    }
  }
  return collect(readOutput(source()));
}

const FULL = 'x'.repeat(16_384);

test('a line that came in several frames is one line, with the time of its first', async () => {
  assert.deepEqual(
    await outputOf(
      ['stdout', `${T1} ${FULL}`],
      ['stderr', `${T1} other stream\r\n`],
      ['stdout', `${T1} end`],
      ['stdout', `${T2} next\n`],
    ),
    [
      { stream: 'stderr', time: T1, text: 'other stream' },
      { stream: 'stdout', time: T1, text: `${FULL}end` },
      { stream: 'stdout', time: T2, text: 'next' },
    ],
  );
});

test('a line that fills its frames to the last byte ends where the next one begins', async () => {
  assert.deepEqual(await outputOf(['stdout', `${T1} ${FULL}`], ['stdout', `${T2} next\n`]), [
    { stream: 'stdout', time: T1, text: FULL },
    { stream: 'stdout', time: T2, text: 'next' },
  ]);
});

test('blanks within a line and empty lines are kept', async () => {
  assert.deepEqual(await outputOf(['stdout', `${T1}  a  b \n`], ['stdout', `${T2} \n`]), [
    { stream: 'stdout', time: T1, text: ' a  b ' },
    { stream: 'stdout', time: T2, text: '' },
  ]);
});

test('a last line without an end is a line', async () => {
  assert.deepEqual(await outputOf(['stderr', `${T1} no end`]), [
    { stream: 'stderr', time: T1, text: 'no end' },
  ]);
});

test('a line that never ends is cut, so that it cannot fill the memory', async () => {
  const piece: [Frame['stream'], string] = ['stdout', `${T1} ${FULL}`];
  const lines = await outputOf(...Array.from({ length: 65 }, () => piece));
  assert.deepEqual(
    lines.map((line) => (line as { text: string }).text.length),
    [1024 ** 2, 16_384],
  );
});
