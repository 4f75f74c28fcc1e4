import assert from 'node:assert/strict';
import { test } from 'node:test';
import { backOff, HEROKU_CRASH_DELAYS, type BackOff } from '../../server/dynos/back-off.ts';

const RULES = { crashDelays: HEROKU_CRASH_DELAYS, steadySeconds: 60 };
const AT = new Date('2026-11-21T10:00:00Z');

test("crashes in a row wait as long as Heroku's do", () => {
  const minutes: number[] = [];
  let before: BackOff | undefined;
  for (let crash = 1; crash <= 8; crash += 1) {
    before = backOff(before, { at: AT, upSeconds: 1 }, RULES);
    minutes.push((before.nextTry.getTime() - AT.getTime()) / 60_000);
  }
  assert.deepEqual(minutes, [0, 20, 40, 60, 180, 320, 320, 320]);
});

test('a dyno that was up long enough crashes for the first time again', () => {
  const before = { crashes: 4, nextTry: AT };
  assert.deepEqual(backOff(before, { at: AT, upSeconds: 60 }, RULES), { crashes: 1, nextTry: AT });
  assert.equal(backOff(before, { at: AT, upSeconds: 59 }, RULES).crashes, 5);
});
