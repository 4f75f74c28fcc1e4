import assert from 'node:assert/strict';
import { test } from 'node:test';
import { explainFailure, type Ending } from '../../server/build/failure.ts';

const limits = { memoryMb: 512, minutes: 25 };

function explain(ending: Partial<Ending>): string | undefined {
  const exit = { code: 1, memoryRanOut: false };
  return explainFailure({ exit, stopped: null, told: null, ...ending }, limits)?.failure;
}

test('a build that ended with 0 did not fail, whatever died in it', () => {
  assert.equal(explain({ exit: { code: 0, memoryRanOut: false } }), undefined);
  assert.equal(explain({ exit: { code: 0, memoryRanOut: true } }), undefined);
});

test("a build's own words are its failure", () => {
  assert.equal(explain({ told: 'Failed to compile Python app.' }), 'Failed to compile Python app.');
  assert.equal(explain({}), 'The build ended with status 1.');
});

test('want of memory is named before what the build makes of it', () => {
  const words = explain({ exit: { code: 1, memoryRanOut: true }, told: 'Failed to compile.' });
  assert.equal(words, 'The build needed more than its 512 MB of memory and was stopped.');
});

test('who stopped it is named before how it ended', () => {
  const killed = { code: 137, memoryRanOut: true };
  assert.equal(explain({ stopped: 'cancelled', exit: killed }), 'Build cancelled');
  assert.equal(
    explain({ stopped: 'late', exit: killed }),
    'The build took longer than 25 minutes and was stopped.',
  );
  assert.match(explain({ exit: undefined }) ?? '', /container was removed/);
});

test('a build cancelled at its very end is cancelled', () => {
  const exit = { code: 0, memoryRanOut: false };
  assert.equal(explain({ stopped: 'cancelled', exit }), 'Build cancelled');
});
