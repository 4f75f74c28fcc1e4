import assert from 'node:assert/strict';
import { test } from 'node:test';
import { capacityOf, nextStep, type Quest } from '../../router/balance.ts';
import type { Route } from '../../router/routes.ts';
import type { Upstream } from '../../router/upstreams.ts';

function upstream(name: string, quarantinedUntil = 0): Upstream {
  const connections = {
    take: () => assert.fail('nothing is sent here'),
    takeFresh: () => assert.fail('nothing is sent here'),
    retire: () => undefined,
  };
  return { name, connections, quarantinedUntil, retired: false };
}

function serving(...upstreams: Upstream[]): Route {
  return { app: 'app', state: 'serving', upstreams };
}

function quest(more: Partial<Quest> = {}): Quest {
  return { now: 1_000, deadline: 76_000, tried: new Set(), lastFailure: undefined, ...more };
}

const [one, two, three] = [upstream('web.1'), upstream('web.2'), upstream('web.3')];

for (const [random, expected] of [
  [0, one],
  [0.34, two],
  [0.99, three],
] as const) {
  test(`chance ${random} of three dynos is ${expected.name}`, () => {
    const step = nextStep(serving(one, two, three), quest(), () => random);
    assert.deepEqual(step, { kind: 'try', upstream: expected });
  });
}

test('chance passes over dynos that were tried or are quarantined', () => {
  const ill = upstream('web.9', 2_000);
  const route = serving(one, ill, two);

  for (const random of [0, 0.4, 0.9]) {
    const step = nextStep(route, quest({ tried: new Set([one]) }), () => random);
    assert.deepEqual(step, { kind: 'try', upstream: two });
  }
});

test('a quarantine that is over is over', () => {
  const step = nextStep(serving(upstream('web.1', 1_000)), quest(), () => 0);
  assert.equal(step.kind, 'try');
});

test('after every dyno was tried the last failure stands', () => {
  const tried = new Set([one, two]);
  const step = nextStep(serving(one, two), quest({ tried, lastFailure: 'H19' }), () => 0);
  assert.deepEqual(step, { kind: 'refuse', code: 'H19' });
});

test('ten dynos are tried, not eleven', () => {
  const many = Array.from({ length: 12 }, (_, i) => upstream(`web.${i}`));
  const trying = (count: number) =>
    nextStep(
      serving(...many),
      quest({ tried: new Set(many.slice(0, count)), lastFailure: 'H21' }),
      () => 0.99,
    );

  assert.equal(trying(9).kind, 'try');
  assert.deepEqual(trying(10), { kind: 'refuse', code: 'H21' });
});

test('when all are quarantined a request waits for the first to come out', () => {
  const route = serving(upstream('web.1', 4_000), upstream('web.2', 3_000));
  assert.deepEqual(
    nextStep(route, quest(), () => 0),
    { kind: 'wait', until: 3_000 },
  );
});

test('waiting never goes beyond the deadline', () => {
  const route = serving(upstream('web.1', 90_000));
  assert.deepEqual(
    nextStep(route, quest(), () => 0),
    { kind: 'wait', until: 76_000 },
  );
  assert.deepEqual(
    nextStep(route, quest({ now: 76_000 }), () => 0),
    { kind: 'refuse', code: 'H99' },
  );
});

test('an app without dynos is waited for until the deadline', () => {
  const route: Route = { app: 'app', state: 'booting', upstreams: [] };
  assert.deepEqual(
    nextStep(route, quest(), () => 0),
    { kind: 'wait', until: 76_000 },
  );
  assert.deepEqual(
    nextStep(route, quest({ now: 76_000 }), () => 0),
    { kind: 'refuse', code: 'H20' },
  );
});

test('an app may have 200 requests a dyno under way, and as many before it has one', () => {
  assert.equal(capacityOf(serving(one, two)), 400);
  assert.equal(capacityOf(serving()), 200);
});
