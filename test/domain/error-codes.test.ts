import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatErrorCode } from '../../server/domain/error-codes.ts';

test('an error code is told with its words, and with the detail if there is one', () => {
  assert.equal(formatErrorCode('R14'), 'Error R14 (Memory quota exceeded)');
  assert.equal(
    formatErrorCode('R10', 'Web process failed to bind to $PORT within 60 seconds of launch'),
    'Error R10 (Boot timeout) -> Web process failed to bind to $PORT within 60 seconds of launch',
  );
});
