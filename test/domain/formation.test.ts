import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  applyScaleChanges,
  DYNOS_PER_APP,
  formationAfterDeploy,
  parseScaleChange,
  type Formation,
} from '../../server/domain/formation.ts';

const one = { quantity: 1, size: 'standard-1x' } as const;
const none = { quantity: 0, size: 'standard-1x' } as const;
const types = { web: 'node server.js', worker: 'node worker.js', constructor: 'x' };

const words = {
  'web=2': { type: 'web', quantity: { to: 2 } },
  'web=0': { type: 'web', quantity: { to: 0 } },
  'web+3': { type: 'web', quantity: { by: 3 } },
  'web-1': { type: 'web', quantity: { by: -1 } },
  'web=2:standard-2x': { type: 'web', quantity: { to: 2 }, size: 'standard-2x' },
  'web+1:Performance-M': { type: 'web', quantity: { by: 1 }, size: 'performance-m' },
  'web=2:2X': { type: 'web', quantity: { to: 2 }, size: 'standard-2x' },
  'web=performance-l': { type: 'web', size: 'performance-l' },
  'web=2x': { type: 'web', size: 'standard-2x' },
  'my-worker=2': { type: 'my-worker', quantity: { to: 2 } },
  'my-worker-2': { type: 'my-worker', quantity: { by: -2 } },
  'my-2-worker+1': { type: 'my-2-worker', quantity: { by: 1 } },
  'low_mail=basic': { type: 'low_mail', size: 'basic' },
};
for (const [word, change] of Object.entries(words)) {
  test(`${word} is a scale change`, () => {
    assert.deepEqual(parseScaleChange(word), change);
  });
}

const wrong = [
  '',
  'web',
  'web=',
  '=2',
  'web=-1',
  'web=1.5',
  'web=2:',
  'web=2:huge',
  'web=constructor',
  'web+',
  'web+basic',
  'we b=1',
  'web=1\n',
  '__proto__=1',
];
for (const word of wrong) {
  test(`${JSON.stringify(word)} is no scale change`, () => {
    assert.throws(() => parseScaleChange(word), { id: 'invalid_params' });
  });
}

test('scaling sets, adds and takes away, and keeps the size', () => {
  const formation: Formation = { web: { quantity: 2, size: 'basic' }, worker: one };
  const changes = ['web+1', 'worker=4:standard-2x'].map(parseScaleChange);
  assert.deepEqual(applyScaleChanges(formation, changes, types), {
    web: { quantity: 3, size: 'basic' },
    worker: { quantity: 4, size: 'standard-2x' },
  });
});

test('a change of size alone keeps the quantity', () => {
  const scaled = applyScaleChanges({ web: one }, [parseScaleChange('web=basic')], types);
  assert.deepEqual(scaled, { web: { quantity: 1, size: 'basic' } });
});

test('changes of one type add up in the order given', () => {
  const changes = ['web=5', 'web-2'].map(parseScaleChange);
  assert.equal(applyScaleChanges({ web: one }, changes, types)['web']?.quantity, 3);
});

test('no type goes below zero dynos', () => {
  const scaled = applyScaleChanges({ web: one }, [parseScaleChange('web-7')], types);
  assert.deepEqual(scaled, { web: none });
});

test('a type that never ran starts from none, whatever its name', () => {
  const changes = ['worker+1', 'constructor+2'].map(parseScaleChange);
  const scaled = applyScaleChanges({}, changes, types);
  assert.deepEqual(Object.entries(scaled), [
    ['worker', one],
    ['constructor', { quantity: 2, size: 'standard-1x' }],
  ]);
});

test('a type that is not declared, and the release phase, can not be scaled', () => {
  const known = { ...types, release: 'migrate' };
  for (const word of ['clock=1', 'toString=1', 'release=1']) {
    assert.throws(() => applyScaleChanges({}, [parseScaleChange(word)], known), {
      id: 'not_found',
    });
  }
});

test('an app runs 100 dynos at most, and nothing is scaled when there would be more', () => {
  const formation = { web: one };
  const full = [parseScaleChange(`web=${DYNOS_PER_APP}`)];
  assert.equal(applyScaleChanges(formation, full, types)['web']?.quantity, 100);
  const more = ['web=60', 'worker=41'].map(parseScaleChange);
  assert.throws(() => applyScaleChanges(formation, more, types), {
    message: /100 dynos in all; this would make 101/,
  });
  assert.deepEqual(formation, { web: one });
});

test('a first deploy runs one web dyno and none of the others', () => {
  const first = formationAfterDeploy({}, { ...types, release: 'migrate' });
  assert.deepEqual(Object.entries(first), [
    ['web', one],
    ['worker', none],
    ['constructor', none],
  ]);
});

test('a later deploy keeps what was scaled, also of types that it lacks', () => {
  const scaled: Formation = { web: none, worker: { quantity: 3, size: 'basic' } };
  const next = formationAfterDeploy(scaled, { web: 'x', clock: 'y' });
  assert.deepEqual(next, { ...scaled, clock: none });
});
