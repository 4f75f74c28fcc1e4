import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatAccess, type Access } from '../../router/access-line.ts';

const request: Access = {
  method: 'GET',
  path: '/',
  host: 'example.localhost',
  requestId: '8601b555-6a83-4c12-8269-97c8e32cdb22',
  forwardedFor: '204.204.204.204',
};
const tail =
  'host=example.localhost request_id=8601b555-6a83-4c12-8269-97c8e32cdb22 fwd="204.204.204.204"';

test('a request that was served', () => {
  assert.equal(
    formatAccess({ ...request, dyno: 'web.1', connect: 1, service: 18, status: 200, bytes: 13 }),
    `at=info method=GET path="/" ${tail} dyno=web.1 connect=1ms service=18ms status=200 bytes=13 protocol=http`,
  );
});

test('a request that timed out', () => {
  assert.equal(
    formatAccess({
      ...request,
      dyno: 'web.1',
      connect: 6,
      service: 30_001,
      bytes: 0,
      failure: 'H12',
    }),
    `at=error code=H12 desc="Request timeout" method=GET path="/" ${tail} dyno=web.1 connect=6ms service=30001ms status=503 bytes=0 protocol=http`,
  );
});

test('a request that reached no dyno', () => {
  assert.equal(
    formatAccess({ ...request, failure: 'H80' }),
    `at=info code=H80 desc="Maintenance mode" method=GET path="/" ${tail} dyno= connect= service= status=503 bytes= protocol=http`,
  );
});

test('a failure with a side and a cause', () => {
  assert.match(
    formatAccess({ ...request, failure: 'H18' }),
    /^sock=backend at=error code=H18 desc="Server Request Interrupted" method=GET /,
  );
  assert.match(
    formatAccess({ ...request, failure: 'H26', cause: 'bad "header"', status: 400 }),
    /^at=error code=H26 desc="Request Error" cause="bad %22header%22" method=GET .* status=400 /,
  );
});

test('no client can write a field of the line', () => {
  const line = formatAccess({
    ...request,
    path: '/" status=200 x="',
    forwardedFor: '1" dyno=web.9 "',
  });
  assert.match(line, / path="\/%22 status=200 x=%22" .* fwd="1%22 dyno=web\.9 %22" dyno= /);
});
