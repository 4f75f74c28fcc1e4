import type { ConfigVars } from '../domain/config-vars.ts';
import { notFound, PlatformError } from '../domain/errors.ts';
import { createId, type AppId, type ReleaseId } from '../domain/ids.ts';
import type { Release, ReleaseOutcome } from '../domain/release.ts';
import type { AppKeys } from './app-keys.ts';
import { snapshot, transaction, type Database } from './database.ts';
import { encodeFields, verifyChain, type Verification } from './ledger-chain.ts';
import {
  outcomeEntry,
  outcomeFieldList,
  releaseEntry,
  releaseFieldList,
  toRelease,
  type OutcomeFields,
  type ReleaseFields,
  type SettledRow,
} from './ledger-rows.ts';
import { prepareLedgerStatements } from './ledger-statements.ts';
import { seal, unseal } from './seal.ts';

export type NewRelease = Pick<
  Release,
  | 'appId'
  | 'accountId'
  | 'cause'
  | 'description'
  | 'slugId'
  | 'buildId'
  | 'processTypes'
  | 'formation'
> & { readonly config: ConfigVars };

/** Releases and what became of them: only ever appended to, and read after an app is destroyed too. */
export interface Ledger {
  /** The new release is pending and has the app's next version. Throws `gone` for a destroyed app. */
  append(release: NewRelease): Release;
  /** False when the release had an outcome: the first one stays. */
  settle(id: ReleaseId, outcome: ReleaseOutcome): boolean;
  get(id: ReleaseId): Release | undefined;
  find(app: AppId, version: number): Release | undefined;
  /** Newest first. */
  list(app: AppId): Release[];
  /** Whatever its outcome. */
  newest(app: AppId): Release | undefined;
  /** The newest that succeeded. */
  current(app: AppId): Release | undefined;
  /** Those without an outcome, oldest first. */
  pending(app: AppId): Release[];
  /** Throws `gone` once the app, and with it the key, is destroyed. */
  config(id: ReleaseId): ConfigVars;
  /** Recomputes every hash; names the first row that isn't what was appended. */
  verify(app: AppId): Verification;
}

interface LedgerDependencies {
  readonly database: Database;
  readonly keys: AppKeys;
  readonly now: () => Date;
}

export function createLedger({ database, keys, now }: LedgerDependencies): Ledger {
  const sql = prepareLedgerStatements(database);

  function existing(id: ReleaseId): SettledRow {
    const row = sql.byId.get(id);
    if (!row) throw notFound('release');
    return row;
  }

  function keyOf(app: AppId): Buffer {
    const key = keys.find(app);
    if (!key) throw gone();
    return key;
  }

  return {
    append(release) {
      return transaction(database, () => {
        const fields = releaseFields(release, keyOf(release.appId), now());
        sql.append.run({ ...fields, encoded: encodeFields('release', releaseFieldList(fields)) });
        return toRelease(existing(fields.id));
      });
    },
    settle(id, outcome) {
      return transaction(database, () => {
        const { app_id, version } = existing(id);
        const fields = outcomeFields(app_id, outcome, now());
        const encoded = encodeFields('outcome', outcomeFieldList(fields));
        return sql.settle.run({ ...fields, version, encoded }).changes === 1;
      });
    },
    get: (id) => asRelease(sql.byId.get(id)),
    find: (app, version) => asRelease(sql.byVersion.get(app, version)),
    list: (app) => sql.ofApp.all(app).map(toRelease),
    newest: (app) => asRelease(sql.newest.get(app)),
    current: (app) => asRelease(sql.current.get(app)),
    pending: (app) => sql.pending.all(app).map(toRelease),
    config(id) {
      const row = existing(id);
      return openConfig(row, keyOf(row.app_id));
    },
    verify(app) {
      return snapshot(database, () => {
        const entries = [
          ...sql.releaseRows.all(app).map(releaseEntry),
          ...sql.outcomeRows.all(app).map(outcomeEntry),
        ];
        return verifyChain(entries.sort((a, b) => a.entry - b.entry));
      });
    },
  };
}

function releaseFields(release: NewRelease, key: Buffer, at: Date): ReleaseFields {
  const names = { id: createId<ReleaseId>(), app_id: release.appId };
  return {
    ...names,
    cause: release.cause,
    description: release.description,
    account_id: release.accountId,
    slug_id: release.slugId,
    build_id: release.buildId,
    process_types: JSON.stringify(release.processTypes),
    formation: JSON.stringify(release.formation),
    addons: '[]',
    config: seal(key, Buffer.from(JSON.stringify(release.config)), about(names)),
    created_at: at.getTime(),
  };
}

function outcomeFields(app: AppId, outcome: ReleaseOutcome, at: Date): OutcomeFields {
  return {
    app_id: app,
    status: outcome.status,
    failure: outcome.status === 'failed' ? outcome.failure : null,
    settled_at: at.getTime(),
  };
}

function openConfig(row: SettledRow, key: Buffer): ConfigVars {
  try {
    return JSON.parse(unseal(key, row.config, about(row)).toString()) as ConfigVars;
  } catch (cause) {
    throw new Error(
      `The config vars of release v${row.version} do not open: the row was changed, releases:verify tells more.`,
      { cause },
    );
  }
}

/** Ties sealed config vars to their release: copied to another one's row they don't open. */
function about(release: Pick<ReleaseFields, 'id' | 'app_id'>): string {
  return `config vars of app ${release.app_id}, release ${release.id}`;
}

function asRelease(row: SettledRow | undefined): Release | undefined {
  return row && toRelease(row);
}

function gone(): PlatformError {
  return new PlatformError(
    'gone',
    'That app was destroyed: its releases can still be listed, but their config vars were destroyed with it and no new release can be made.',
  );
}
