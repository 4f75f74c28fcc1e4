import assert from 'node:assert/strict';
import { test } from 'node:test';
import { dynoName } from '../../server/domain/dyno.ts';

test('a dyno is named by its type and number', () => {
  assert.equal(dynoName({ type: 'web', index: 1 }), 'web.1');
  assert.equal(dynoName({ type: 'run', index: 9157 }), 'run.9157');
});
