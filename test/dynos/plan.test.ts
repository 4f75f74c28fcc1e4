import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createId, type DynoId } from '../../server/domain/ids.ts';
import { planChanges, type Plan } from '../../server/dynos/plan.ts';
import type { Running, RunningDyno } from '../../server/dynos/running.ts';
import type { RunnableRelease, WantedApp } from '../../server/dynos/wanted.ts';
import { aFormation, anApp, aRelease } from './wishes.ts';

const NOW = new Date('2026-11-21T10:00:00Z');
const RULES = { settleSeconds: 3 };
const app = anApp();
const v1 = aRelease(app, 1, { web: 'w', worker: 'k', release: 'migrate' });
const v2 = aRelease(app, 2, { web: 'w', worker: 'k' });

function want(
  quantities: Readonly<Record<string, number>>,
  releases: Partial<Pick<WantedApp, 'current' | 'candidate'>> = {},
): WantedApp {
  return { app, formation: aFormation(quantities), current: v1, candidate: null, ...releases };
}

function dyno(
  { release }: RunnableRelease,
  name: string,
  changes: Partial<RunningDyno> = {},
): RunningDyno {
  const [type = '', index = ''] = name.split('.');
  return {
    dyno: createId<DynoId>(),
    release: release.id,
    type,
    index: Number(index),
    size: 'standard-1x',
    phase: 'up',
    startedAt: new Date(NOW.getTime() - 60_000),
    deadline: new Date(NOW.getTime() + 1000),
    outdated: false,
    ...changes,
  };
}

function plan(
  wanted: WantedApp | null,
  dynos: readonly RunningDyno[],
  more: Partial<Running> = {},
) {
  const running = { dynos, launching: [], crashes: new Map(), served: [], routing: [], ...more };
  return planChanges(wanted, running, RULES, NOW);
}

function starts({ start }: Plan): readonly string[] {
  return start.map(
    ({ runnable, slot }) =>
      `${slot.type}.${String(slot.index)}@v${String(runnable.release.version)}`,
  );
}

test('an app that runs as wished needs nothing', () => {
  const web = dyno(v1, 'web.1');
  const { start, stop, serve, settle, wakeAt } = plan(want({ web: 1 }), [web], {
    served: [web.dyno],
  });
  assert.deepEqual(
    { start, stop, settle, wakeAt },
    { start: [], stop: [], settle: null, wakeAt: null },
  );
  assert.deepEqual(serve, [web.dyno]);
});

test('the type "release" is never part of the formation', () => {
  assert.deepEqual(starts(plan(want({ release: 1 }), [])), []);
});

test('a type that the release does not have is not started', () => {
  assert.deepEqual(starts(plan(want({ clock: 2, web: 1 }), [])), ['web.1@v1']);
});

test('a start under way is not made twice', () => {
  const launching = [{ release: v1.release.id, type: 'web', index: 1 }];
  assert.deepEqual(starts(plan(want({ web: 2 }), [], { launching })), ['web.2@v1']);
});

test('an end that has not been counted keeps its place', () => {
  const ended = dyno(v1, 'web.1', { phase: 'ended' });
  assert.deepEqual(starts(plan(want({ web: 1 }), [ended])), []);
});

test('of two dynos in one place the one that is up stays, then the older', () => {
  const young = dyno(v1, 'worker.1', { startedAt: NOW });
  const old = dyno(v1, 'worker.1');
  const starting = dyno(v1, 'worker.1', { phase: 'starting', startedAt: new Date(0) });
  assert.deepEqual(plan(want({ worker: 1 }), [young, starting, old]).stop, [
    young.dyno,
    starting.dyno,
  ]);
});

test('a web dyno that may be in the routes is not stopped, one that is out of them is', () => {
  const web = dyno(v1, 'web.2');
  assert.deepEqual(plan(want({ web: 0 }), [web], { served: null }).stop, []);
  assert.deepEqual(plan(want({ web: 0 }), [web], { served: [web.dyno] }).stop, []);
  assert.deepEqual(plan(want({ web: 0 }), [web], { routing: [web.dyno] }).stop, []);
  assert.deepEqual(plan(want({ web: 0 }), [web], { served: [] }).stop, [web.dyno]);
});

test('an app that is no more loses every dyno at once', () => {
  const dynos = [dyno(v1, 'web.1'), dyno(v1, 'worker.1')];
  const { stop, serve } = plan(null, dynos, { served: null });
  assert.deepEqual(
    stop,
    dynos.map((one) => one.dyno),
  );
  assert.deepEqual(serve, []);
});

test('a web dyno past its deadline is overdue, one before it wakes us then', () => {
  const booting = dyno(v1, 'web.1', { phase: 'starting' });
  const late = dyno(v1, 'web.2', { phase: 'starting', deadline: NOW });
  const { overdue, wakeAt } = plan(want({ web: 2 }), [booting, late]);
  assert.deepEqual(overdue, [late.dyno]);
  assert.equal(wakeAt, booting.deadline);
});

test('the current web dynos serve until the candidate takes over', () => {
  const old = dyno(v1, 'web.1');
  const next = dyno(v2, 'web.1', { phase: 'starting' });
  const wanted = want({ web: 1 }, { candidate: v2 });
  assert.deepEqual(plan(wanted, [old, next]).serve, [old.dyno]);
  assert.deepEqual(plan(wanted, [old, { ...next, phase: 'up' }]).serve, [next.dyno]);
});

test('a candidate has succeeded only when the router serves exactly its dynos', () => {
  const old = dyno(v1, 'web.1');
  const next = dyno(v2, 'web.1');
  const wanted = want({ web: 1 }, { candidate: v2 });
  assert.equal(plan(wanted, [old, next], { served: [old.dyno] }).settle, null);
  assert.equal(plan(wanted, [old, next], { served: [old.dyno, next.dyno] }).settle, null);
  assert.equal(plan(wanted, [old, next], { served: null }).settle, null);
  const { settle, stop } = plan(wanted, [old, next], { served: [next.dyno] });
  assert.deepEqual(settle, { release: v2.release, crash: null });
  assert.deepEqual(stop, []);
});

test("the candidate's workers wait until every old worker has left", () => {
  const web = [dyno(v1, 'web.1'), dyno(v2, 'web.1')];
  const wanted = want({ web: 1, worker: 1 }, { candidate: v2 });
  const old = dyno(v1, 'worker.1');
  assert.deepEqual(plan(wanted, [...web, old]).stop, [old.dyno]);
  const leaving = plan(wanted, [...web, { ...old, phase: 'stopping' }]);
  assert.deepEqual([starts(leaving), leaving.stop], [[], []]);
  assert.deepEqual(starts(plan(wanted, web)), ['worker.1@v2']);
});

test('a young worker of the candidate wakes us when it has lived long enough', () => {
  const worker = dyno(v2, 'worker.1', { startedAt: NOW });
  const { wakeAt, serve } = plan(want({ worker: 1, web: 1 }, { candidate: v2 }), [
    dyno(v1, 'web.1'),
    dyno(v2, 'web.1'),
    worker,
  ]);
  assert.equal(wakeAt?.getTime(), NOW.getTime() + 3000);
  assert.equal(serve.length, 1);
});

test('a worker is not started beside another that is still leaving', () => {
  const leaving = dyno(v2, 'worker.1', { phase: 'stopping' });
  assert.deepEqual(starts(plan(want({ worker: 2 }), [leaving])), ['worker.2@v1']);
});
