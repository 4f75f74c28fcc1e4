import { randomBytes, randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import type { Account } from '../../server/domain/account.ts';
import type { App } from '../../server/domain/app.ts';
import type { Build } from '../../server/domain/build.ts';
import type { Release } from '../../server/domain/release.ts';
import type { Slug } from '../../server/domain/slug.ts';
import type { NewRelease } from '../../server/store/ledger.ts';
import { createStore, type Store } from '../../server/store/store.ts';

export const START = new Date('2026-11-21T01:00:00.000Z');

/** A clock that stands still until it is told to go on. */
export interface Clock {
  readonly now: () => Date;
  forward(milliseconds: number): void;
}

export function stoppedClock(): Clock {
  let time = START.getTime();
  return {
    now: () => new Date(time),
    forward: (milliseconds) => {
      time += milliseconds;
    },
  };
}

/** An empty store in memory, closed when the test ends. */
export function emptyStore(t: TestContext, now: () => Date = stoppedClock().now): Store {
  const store = createStore({ file: ':memory:', masterKey: randomBytes(32), now });
  t.after(() => {
    store.close();
  });
  return store;
}

/** A path in a folder of its own, removed when the test ends. */
export function freshFile(t: TestContext, name = 'monoku.db'): string {
  const folder = mkdtempSync(join(tmpdir(), 'monoku-store-'));
  t.after(() => {
    rmSync(folder, { recursive: true, force: true });
  });
  return join(folder, name);
}

export function anAccount(store: Store): Account {
  return store.accounts.create({ email: `${randomUUID()}@example.com` });
}

export function anApp(store: Store, owner: Account = anAccount(store)): App {
  return store.apps.create({ name: `app-${randomUUID().slice(0, 8)}`, ownerId: owner.id });
}

export function aBuild(store: Store, app: App): Build {
  return store.builds.create({
    appId: app.id,
    accountId: app.ownerId,
    sourceId: randomUUID(),
    sourceVersion: 'de63889c20a96347679af2c5160c390727fa6749',
    sourceDescription: null,
    submodules: [],
  });
}

export function aSlug(store: Store, app: App): Slug {
  return store.slugs.create({
    appId: app.id,
    sha256: randomBytes(32).toString('hex'),
    size: 1000,
    processTypes: { web: 'node server.js' },
    commit: 'de63889c20a96347679af2c5160c390727fa6749',
    commitDescription: 'first',
    buildpack: 'Node.js',
    stack: 'debian-13',
  });
}

/** A release that only sets config vars, unless told otherwise. */
export function newRelease(app: App, changes: Partial<NewRelease> = {}): NewRelease {
  return {
    appId: app.id,
    accountId: app.ownerId,
    cause: 'config',
    description: 'Set FOO config vars',
    slugId: null,
    buildId: null,
    config: { FOO: 'bar' },
    processTypes: { web: 'node server.js' },
    formation: { web: { quantity: 1, size: 'standard-1x' } },
    ...changes,
  };
}

export function appendSucceeded(store: Store, app: App): Release {
  const release = store.ledger.append(newRelease(app));
  store.ledger.settle(release.id, { status: 'succeeded' });
  return release;
}

export function appendFailed(store: Store, app: App): Release {
  const release = store.ledger.append(newRelease(app));
  store.ledger.settle(release.id, { status: 'failed', failure: 'The web process crashed.' });
  return release;
}
