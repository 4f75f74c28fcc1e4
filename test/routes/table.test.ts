import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { App } from '../../server/domain/app.ts';
import type { DynoState } from '../../server/domain/dyno.ts';
import { createId, type AccountId, type AppId } from '../../server/domain/ids.ts';
import {
  createRouteTable,
  routedState,
  type RoutableApp,
  type WebDyno,
} from '../../server/routes/table.ts';

const stamp = { number: 7, epoch: 'epoch', boot: 'boot', domain: 'localhost' };

function app(name: string, more: Partial<App> = {}): App {
  const now = new Date(0);
  return {
    id: createId<AppId>(),
    name,
    ownerId: createId<AccountId>(),
    maintenance: false,
    createdAt: now,
    updatedAt: now,
    ...more,
  };
}

function web(state: DynoState, more: Partial<WebDyno> = {}): WebDyno {
  const id = `dyno-${state}`;
  return { id, name: 'web.1', address: '172.20.0.2', port: 5000, state, routed: true, ...more };
}

function routable(more: Partial<RoutableApp> = {}): RoutableApp {
  return { app: app('shop'), domains: [], deployed: true, wantedWeb: 1, web: [], ...more };
}

test('an app is reached at its name and at its domains', () => {
  const shop = routable({ domains: ['www.Example.com', '*.example.com'] });

  const table = createRouteTable([shop], stamp);

  assert.deepEqual(table.hosts, {
    'www.example.com': shop.app.id,
    '*.example.com': shop.app.id,
    'shop.localhost': shop.app.id,
  });
  assert.deepEqual(
    [table.number, table.epoch, table.boot],
    [stamp.number, stamp.epoch, stamp.boot],
  );
});

test('no custom domain takes the name of another app', () => {
  const shop = routable();
  const thief = routable({ app: app('thief'), domains: ['shop.localhost'] });

  for (const apps of [
    [shop, thief],
    [thief, shop],
  ]) {
    assert.equal(createRouteTable(apps, stamp).hosts['shop.localhost'], shop.app.id);
  }
});

test('only dynos that are up and routed get requests', () => {
  const shop = routable({
    web: [
      web('up', { id: 'old', routed: false }),
      web('up', { id: 'new', name: 'web.2' }),
      web('starting'),
      web('crashed'),
    ],
  });

  const table = createRouteTable([shop], stamp);

  assert.deepEqual(table.apps[shop.app.id], {
    name: 'shop',
    state: 'serving',
    dynos: [{ id: 'new', name: 'web.2', address: '172.20.0.2', port: 5000 }],
  });
});

test('a dyno that is up but waits for its release makes an app booting', () => {
  const shop = routable({ web: [web('up', { routed: false })] });

  assert.equal(createRouteTable([shop], stamp).apps[shop.app.id]?.state, 'booting');
});

const cases: readonly [string, Partial<RoutableApp>, number, string][] = [
  [
    'maintenance stands before everything',
    { app: app('shop', { maintenance: true }) },
    1,
    'maintenance',
  ],
  [
    'maintenance of an app without code is maintenance',
    { app: app('shop', { maintenance: true }), deployed: false },
    0,
    'maintenance',
  ],
  ['an app without a release is blank', { deployed: false }, 0, 'blank'],
  ['one routed dyno is enough to serve', { web: [web('up'), web('crashed')] }, 1, 'serving'],
  [
    'a dyno still serves while the app is scaled down',
    { wantedWeb: 0, web: [web('up')] },
    1,
    'serving',
  ],
  ['no web dynos wanted is scaled down', { wantedWeb: 0 }, 0, 'scaled-down'],
  ['a crashed dyno among none that start is a crash', { web: [web('crashed')] }, 0, 'crashed'],
  [
    'a dyno that starts gives hope to a crashed one',
    { web: [web('crashed'), web('starting')] },
    0,
    'booting',
  ],
  ['dynos that are not there yet are booting', {}, 0, 'booting'],
];

for (const [name, more, serving, state] of cases) {
  test(name, () => {
    assert.equal(routedState(routable(more), serving), state);
  });
}
