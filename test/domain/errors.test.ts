import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  conflict,
  ERROR_STATUS,
  forbidden,
  invalid,
  notFound,
  PlatformError,
} from '../../server/domain/errors.ts';

test('a refusal has an id for programs and a sentence for people', () => {
  const error = notFound('app');
  assert.ok(error instanceof PlatformError && error instanceof Error);
  assert.deepEqual([error.id, error.message], ['not_found', "Couldn't find that app."]);
});

test('each kind of refusal has its HTTP status', () => {
  const statuses = [notFound('x'), invalid('x'), forbidden('x'), conflict('x')].map(
    ({ id }) => ERROR_STATUS[id],
  );
  assert.deepEqual(statuses, [404, 422, 403, 409]);
});
