import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import {
  takesSigterm,
  untilTakingSigterm,
} from '../../../../server/dynos/engines/docker/sigterm.ts';

test('a process takes SIGTERM once it catches it or blocks it', () => {
  const status = (blocked: string, caught: string): string =>
    `Name:\tx\nSigBlk:\t${blocked}\nSigIgn:\t0000000000004000\nSigCgt:\t${caught}\n`;
  assert.equal(takesSigterm(status('0000000000000000', '0000000000000000')), false);
  assert.equal(takesSigterm(status('0000000000004000', '0000000000000000')), true);
  assert.equal(takesSigterm(status('0000000000000000', '0000000180014a07')), true);
  assert.equal(takesSigterm(''), false);
});

test('it is waited for until it does', { timeout: 20_000 }, async (t) => {
  const child = spawn('bash', [
    '-c',
    'sleep 0.3; trap "exit 0" TERM; echo trapped; sleep 60 & wait',
  ]);
  t.after(() => child.kill('SIGKILL'));
  const trapped = once(child.stdout, 'data');
  await untilTakingSigterm(child.pid ?? 0);
  assert.equal(takesSigterm(await readFile(`/proc/${String(child.pid)}/status`, 'utf8')), true);
  await trapped;
});

test('a process that is gone is not waited for', { timeout: 2000 }, async () => {
  await untilTakingSigterm(2 ** 22 + 1);
});
