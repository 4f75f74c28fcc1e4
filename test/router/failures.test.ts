import assert from 'node:assert/strict';
import { test } from 'node:test';
import { errors } from 'undici';
import { classify, Cut, type Outcome, type Progress } from '../../router/failures.ts';

const unwritten: Progress = { written: false, received: false, repeatable: true };
const silent: Progress = { written: true, received: false, repeatable: false };
const kept: Progress = { written: true, received: false, repeatable: true };
const answering: Progress = { written: true, received: true, repeatable: true };

function systemError(code: string): Error {
  return Object.assign(new Error(code), { code });
}

const again: Outcome = { kind: 'again' };
const failed = (code: string): unknown => ({ kind: 'failed', code });
const unreachable = (code: string): unknown => ({ kind: 'unreachable', code });

const cases: readonly [string, Error, Progress, unknown][] = [
  ['a refused connection', systemError('ECONNREFUSED'), unwritten, unreachable('H21')],
  ['a connection nobody takes', systemError('ETIMEDOUT'), unwritten, unreachable('H19')],
  ['an address that is gone', systemError('EHOSTUNREACH'), unwritten, unreachable('H19')],
  ['no more sockets on this machine', systemError('EMFILE'), unwritten, failed('H99')],
  ['headers that no dyno may get', new errors.InvalidArgumentError('x'), unwritten, failed('H26')],
  ['a close before the first byte', new errors.SocketError('x'), silent, failed('H13')],
  ['a reset before the first byte', systemError('ECONNRESET'), silent, failed('H13')],
  ['a kept connection that closed', new errors.SocketError('x'), kept, again],
  ['a close in mid-answer', new errors.SocketError('x'), answering, failed('H18')],
  [
    'an answer that is too short',
    new errors.ResponseContentLengthMismatchError(),
    answering,
    failed('H18'),
  ],
  ['an answer that is no HTTP', new errors.HTTPParserError('x'), answering, failed('H17')],
  ['too many headers', new errors.HeadersOverflowError(), answering, failed('H25')],
  ['a bug of ours', new TypeError('x is not a function'), answering, failed('H99')],
  ['our own cut', new Cut('H12'), silent, failed('H12')],
  ['a dyno that left the table', new Cut('retired'), unwritten, again],
];

for (const [what, error, progress, outcome] of cases) {
  test(`${what} is ${JSON.stringify(outcome)}`, () => {
    assert.deepEqual(classify(error, progress), outcome);
  });
}
