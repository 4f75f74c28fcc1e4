-- The ledger: releases and what became of them, in one chain of entries for each app. Rows are only
-- ever appended. An entry's hash covers the hash of the entry before it and all its own fields.

CREATE TABLE releases (
  id            TEXT NOT NULL UNIQUE,
  app_id        TEXT NOT NULL REFERENCES apps (id),
  version       INTEGER NOT NULL,
  entry         INTEGER NOT NULL,
  cause         TEXT NOT NULL,
  description   TEXT NOT NULL,
  account_id    TEXT NOT NULL REFERENCES accounts (id),
  slug_id       TEXT REFERENCES slugs (id),
  build_id      TEXT REFERENCES builds (id),
  process_types TEXT NOT NULL CHECK (json_valid(process_types)),
  formation     TEXT NOT NULL CHECK (json_valid(formation)),
  addons        TEXT NOT NULL CHECK (json_valid(addons)),
  config        BLOB NOT NULL,
  created_at    INTEGER NOT NULL,
  hash          BLOB NOT NULL,
  PRIMARY KEY (app_id, version),
  UNIQUE (app_id, entry)
) STRICT;

CREATE TABLE release_outcomes (
  app_id     TEXT NOT NULL,
  version    INTEGER NOT NULL,
  entry      INTEGER NOT NULL,
  status     TEXT NOT NULL CHECK (status IN ('succeeded', 'failed')),
  failure    TEXT,
  settled_at INTEGER NOT NULL,
  hash       BLOB NOT NULL,
  PRIMARY KEY (app_id, version),
  UNIQUE (app_id, entry),
  FOREIGN KEY (app_id, version) REFERENCES releases (app_id, version),
  CHECK ((status = 'failed') = (failure IS NOT NULL))
) STRICT;

CREATE VIEW ledger_entries AS
SELECT app_id, entry, hash FROM releases
UNION ALL
SELECT app_id, entry, hash FROM release_outcomes;

-- Where the next entry of an app goes.
CREATE VIEW ledger_heads AS
SELECT
  apps.id AS app_id,
  coalesce((SELECT max(version) FROM releases WHERE app_id = apps.id), 0) AS version,
  coalesce((SELECT entry FROM ledger_entries WHERE app_id = apps.id ORDER BY entry DESC LIMIT 1), 0) AS entry,
  -- `entry` is selected so that SQLite merges both tables along their indexes instead of sorting them
  (
    SELECT hash FROM (
      SELECT entry, hash FROM ledger_entries WHERE app_id = apps.id ORDER BY entry DESC LIMIT 1
    )
  ) AS hash
FROM apps;

-- Refuses INSERT OR REPLACE too, even over a connection without recursive_triggers.
CREATE TRIGGER releases_are_appended BEFORE INSERT ON releases
WHEN EXISTS (SELECT 1 FROM releases WHERE id = NEW.id)
  OR NOT EXISTS (
    SELECT 1 FROM ledger_heads
    WHERE app_id = NEW.app_id AND version + 1 = NEW.version AND entry + 1 = NEW.entry
  )
BEGIN
  SELECT RAISE(ABORT, 'The ledger is append-only: a release takes the next version and entry of its app.');
END;

CREATE TRIGGER releases_are_never_changed BEFORE UPDATE ON releases
BEGIN
  SELECT RAISE(ABORT, 'The ledger is append-only: a release is never changed.');
END;

CREATE TRIGGER releases_are_never_deleted BEFORE DELETE ON releases
BEGIN
  SELECT RAISE(ABORT, 'The ledger is append-only: a release is never deleted.');
END;

CREATE TRIGGER outcomes_are_appended BEFORE INSERT ON release_outcomes
WHEN EXISTS (SELECT 1 FROM release_outcomes WHERE app_id = NEW.app_id AND version = NEW.version)
  OR NOT EXISTS (SELECT 1 FROM ledger_heads WHERE app_id = NEW.app_id AND entry + 1 = NEW.entry)
BEGIN
  SELECT RAISE(ABORT, 'The ledger is append-only: a release has one outcome, and it takes the next entry.');
END;

CREATE TRIGGER outcomes_are_never_changed BEFORE UPDATE ON release_outcomes
BEGIN
  SELECT RAISE(ABORT, 'The ledger is append-only: an outcome is never changed.');
END;

CREATE TRIGGER outcomes_are_never_deleted BEFORE DELETE ON release_outcomes
BEGIN
  SELECT RAISE(ABORT, 'The ledger is append-only: an outcome is never deleted.');
END;
