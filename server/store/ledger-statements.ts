import type { AppId, ReleaseId } from '../domain/ids.ts';
import type { Database } from './database.ts';
import { chainHash } from './ledger-chain.ts';
import type {
  OutcomeFields,
  OutcomeRow,
  ReleaseFields,
  ReleaseRow,
  SettledRow,
} from './ledger-rows.ts';

type Encoded = { readonly encoded: string };

export function prepareLedgerStatements(database: Database) {
  database.function('chain_hash', { deterministic: true, directOnly: true }, chainHash);
  return { ...writing(database), ...reading(database) };
}

// Place and hash are found inside the INSERT, so that no two writers can be given the same.
function writing(database: Database) {
  return {
    append: database.prepare<ReleaseFields & Encoded>(
      `INSERT INTO releases
         (id, app_id, version, entry, cause, description, account_id, slug_id, build_id,
          process_types, formation, addons, config, created_at, hash)
       SELECT :id, :app_id, version + 1, entry + 1, :cause, :description, :account_id, :slug_id,
              :build_id, :process_types, :formation, :addons, :config, :created_at,
              chain_hash(hash, entry + 1, version + 1, :encoded)
         FROM ledger_heads WHERE app_id = :app_id`,
    ),
    settle: database.prepare<OutcomeFields & Encoded & { readonly version: number }>(
      `INSERT INTO release_outcomes (app_id, version, entry, status, failure, settled_at, hash)
       SELECT :app_id, :version, entry + 1, :status, :failure, :settled_at,
              chain_hash(hash, entry + 1, :version, :encoded)
         FROM ledger_heads WHERE app_id = :app_id
          AND NOT EXISTS (SELECT 1 FROM release_outcomes WHERE app_id = :app_id AND version = :version)`,
    ),
  };
}

function reading(database: Database) {
  const settled = `SELECT releases.*, status, failure, settled_at
                     FROM releases LEFT JOIN release_outcomes USING (app_id, version)`;
  return {
    byId: database.prepare<[ReleaseId], SettledRow>(`${settled} WHERE id = ?`),
    byVersion: database.prepare<[AppId, number], SettledRow>(
      `${settled} WHERE app_id = ? AND version = ?`,
    ),
    ofApp: database.prepare<[AppId], SettledRow>(
      `${settled} WHERE app_id = ? ORDER BY version DESC`,
    ),
    newest: database.prepare<[AppId], SettledRow>(
      `${settled} WHERE app_id = ? ORDER BY version DESC LIMIT 1`,
    ),
    current: database.prepare<[AppId], SettledRow>(
      `${settled} WHERE app_id = ? AND status = 'succeeded' ORDER BY version DESC LIMIT 1`,
    ),
    pending: database.prepare<[AppId], SettledRow>(
      `${settled} WHERE app_id = ? AND status IS NULL ORDER BY version`,
    ),
    releaseRows: database.prepare<[AppId], ReleaseRow>(
      'SELECT * FROM releases WHERE app_id = ? ORDER BY entry',
    ),
    outcomeRows: database.prepare<[AppId], OutcomeRow>(
      'SELECT * FROM release_outcomes WHERE app_id = ? ORDER BY entry',
    ),
  };
}
