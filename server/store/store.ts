import { createAccounts, type Accounts } from './accounts.ts';
import { createAppKeys } from './app-keys.ts';
import { createApps, type Apps } from './apps.ts';
import { createBuildpacks, type Buildpacks } from './buildpacks.ts';
import { createBuilds, type Builds } from './builds.ts';
import { createCollaborators, type Collaborators } from './collaborators.ts';
import { openDatabase, transaction, type Database } from './database.ts';
import { createFormations, type Formations } from './formations.ts';
import { createInvites, type Invites } from './invites.ts';
import { createLedger, type Ledger } from './ledger.ts';
import { createSlugs, type Slugs } from './slugs.ts';
import { createTokens, type Tokens } from './tokens.ts';

/** What the appliance must not forget. Every call is synchronous, and durable when it returns. */
export interface Store {
  /** All writes within are committed together, or none when it throws. May be nested; may not await. */
  transaction<T>(work: () => T): T;
  readonly accounts: Accounts & Invites;
  readonly tokens: Tokens;
  readonly apps: Apps;
  readonly collaborators: Collaborators;
  readonly buildpacks: Buildpacks;
  readonly formations: Formations;
  readonly builds: Builds;
  readonly slugs: Slugs;
  readonly ledger: Ledger;
  close(): void;
}

export interface StoreOptions {
  /** `:memory:` for one that is gone when it is closed. */
  readonly file: string;
  /** 32 bytes, kept outside the database. */
  readonly masterKey: Buffer;
  readonly now: () => Date;
}

export function createStore({ file, masterKey, now }: StoreOptions): Store {
  const database = openDatabase(file);
  try {
    return assemble(database, masterKey, now);
  } catch (error) {
    database.close();
    throw error;
  }
}

function assemble(database: Database, masterKey: Buffer, now: () => Date): Store {
  const keys = createAppKeys(database, masterKey);
  const accounts = createAccounts(database, now);
  return {
    transaction: (work) => transaction(database, work),
    accounts: { ...accounts, ...createInvites(database, accounts, now) },
    tokens: createTokens(database, now),
    apps: createApps(database, keys, now),
    collaborators: createCollaborators(database),
    buildpacks: createBuildpacks(database),
    formations: createFormations(database),
    builds: createBuilds(database, now),
    slugs: createSlugs(database, now),
    ledger: createLedger({ database, keys, now }),
    close: () => {
      database.close();
    },
  };
}
