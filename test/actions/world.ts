import type { Account, Actor } from '../../server/domain/account.ts';
import type { App } from '../../server/domain/app.ts';
import type { LogLine } from '../../server/domain/log-line.ts';
import type { ProcessTypes } from '../../server/domain/procfile.ts';
import type { Release } from '../../server/domain/release.ts';
import type { Slug } from '../../server/domain/slug.ts';
import { createAccess } from '../../server/actions/access.ts';
import { createAccounts } from '../../server/actions/accounts.ts';
import { createApps } from '../../server/actions/apps.ts';
import { createConfigVars } from '../../server/actions/config-vars.ts';
import { createFormation } from '../../server/actions/formation.ts';
import { createJournal } from '../../server/actions/journal.ts';
import { createReleases } from '../../server/actions/releases.ts';
import { createEvents } from '../../server/events.ts';
import { createStore } from '../../server/store/store.ts';

/** The actions over a store in memory; whatever reaches the mechanisms is written down. */
export function createWorld() {
  const store = createStore({
    file: ':memory:',
    masterKey: Buffer.alloc(32, 7),
    now: () => new Date(),
  });
  const events = createEvents();
  const said: string[] = [];
  const settled: Release[] = [];
  const cleared: string[] = [];
  const write = (line: LogLine): void => void said.push(line.text);
  const journal = createJournal(write, () => new Date());
  const access = createAccess({ store });
  const { lookAgain, onLookAgain } = events;
  const releases = createReleases({
    store,
    access,
    journal,
    lookAgain,
    onLookAgain,
    settled: (release) => void settled.push(release),
  });
  const base = { store, access, journal, releases, lookAgain };
  const configVars = createConfigVars(base);
  return {
    ...base,
    said,
    settled,
    cleared,
    configVars,
    accounts: createAccounts({ store, access }),
    apps: createApps({
      ...base,
      prepare: () => Promise.resolve(),
      callOff: (app) => {
        releases.callOff(app);
        return Promise.resolve();
      },
      clear: (app) => Promise.resolve(void cleared.push(app)),
    }),
    formation: createFormation(base),

    person(email: string, options: { admin?: boolean } = {}): Actor {
      const account = store.accounts.create({
        email,
        admin: options.admin ?? false,
        state: 'active',
      });
      return { account, via: 'local' };
    },

    /** A deploy as a build makes it, still pending. */
    deploy(
      app: App,
      by: Account,
      processTypes: ProcessTypes = { web: 'serve' },
    ): { release: Release; slug: Slug } {
      const slug = store.slugs.create({
        appId: app.id,
        sha256: 'a'.repeat(64),
        size: 1,
        processTypes,
        commit: 'c'.repeat(40),
        commitDescription: null,
        buildpack: 'Node.js',
        stack: 'debian-13',
      });
      const config = configVars.newest(app);
      const input = {
        app,
        by,
        cause: 'deploy',
        description: 'Deploy cccccccc',
        slug,
        config,
      } as const;
      return { release: releases.append(input), slug };
    },
  };
}

export type World = ReturnType<typeof createWorld>;
