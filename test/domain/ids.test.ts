import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createId, isId } from '../../server/domain/ids.ts';

test('ids are uuids, each another one', () => {
  const ids = Array.from({ length: 100 }, () => createId<string>());
  assert.ok(ids.every(isId));
  assert.equal(new Set(ids).size, 100);
});

test('what is no uuid in lower case is no id', () => {
  const id = createId<string>();
  for (const text of ['', 'app', `${id}\n`, ` ${id}`, id.slice(1), id.replace(/./, 'G'), '../id']) {
    assert.equal(isId(text), false, text);
  }
});
