import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  createCursorCount,
  formatCursor,
  parseCursor,
} from '../../../../server/dynos/engines/docker/cursor.ts';

const time = (nanoseconds: number) => `2026-11-21T01:02:03.00000000${String(nanoseconds)}Z`;
const line = (nanoseconds: number, text: string) =>
  ({ stream: 'stdout', time: time(nanoseconds), text }) as const;

/** Three lines of one nanosecond among others. */
const lines = [line(1, 'a'), line(2, 'b'), line(2, 'c'), line(2, 'd'), line(3, 'e')];

function read(after: string | null): { text: string; cursor: string }[] {
  const place = createCursorCount(parseCursor(after));
  return lines.flatMap((each) => {
    const at = place(each);
    return at ? [{ text: each.text, cursor: formatCursor(at) }] : [];
  });
}

test('reading begins at the first line', () => {
  assert.equal(
    read(null)
      .map(({ text }) => text)
      .join(''),
    'abcde',
  );
});

test('reading goes on behind any line, also within one nanosecond', () => {
  for (const { text, cursor } of read(null)) {
    const rest = read(cursor).map((each) => each.text);
    assert.equal(text + rest.join(''), 'abcde'.slice('abcde'.indexOf(text)));
  }
});

test('a cursor means the same line, wherever reading began', () => {
  const cursors = new Map(read(null).map(({ text, cursor }) => [text, cursor]));
  for (const { cursor } of read(null)) {
    for (const each of read(cursor)) assert.equal(each.cursor, cursors.get(each.text));
  }
});

test('lines that are gone are no hindrance', () => {
  assert.equal(read(`${time(0)}/4`).length, 5);
});

test('what is no cursor means the beginning', () => {
  for (const text of ['', 'x', '5', '2026-11-21/1', `${time(1)}/x`]) {
    assert.equal(parseCursor(text), null);
  }
});

test('a line that was noted late turns no cursor back, so that nothing is read twice', () => {
  const place = createCursorCount(null);
  const noted = [line(1, 'a'), line(3, 'b'), line(4, 'c'), line(2, 'late')];
  const cursors = noted.map((each) => {
    const at = place(each);
    return at && formatCursor(at);
  });
  assert.equal(cursors.at(-1), `${time(4)}/1`);
  const again = createCursorCount(parseCursor(cursors.at(-1) ?? null));
  assert.deepEqual(noted.filter((each) => each.time >= time(4)).map(again), [null]);
});
