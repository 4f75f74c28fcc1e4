CREATE TABLE slugs (
  number             INTEGER PRIMARY KEY,
  id                 TEXT NOT NULL UNIQUE,
  app_id             TEXT NOT NULL REFERENCES apps (id),
  sha256             TEXT NOT NULL,
  size               INTEGER NOT NULL,
  process_types      TEXT NOT NULL CHECK (json_valid(process_types)),
  "commit"           TEXT,
  commit_description TEXT,
  buildpack          TEXT NOT NULL,
  stack              TEXT NOT NULL,
  created_at         INTEGER NOT NULL
) STRICT;

CREATE INDEX slugs_by_app ON slugs (app_id, number);

-- `number` is the order in which builds were asked for. A build is pending until it is finished,
-- and has failed when it was finished with a failure.
CREATE TABLE builds (
  number             INTEGER PRIMARY KEY,
  id                 TEXT NOT NULL UNIQUE,
  app_id             TEXT NOT NULL REFERENCES apps (id),
  account_id         TEXT NOT NULL REFERENCES accounts (id),
  source_id          TEXT NOT NULL,
  source_version     TEXT,
  source_description TEXT,
  submodules         TEXT NOT NULL CHECK (json_valid(submodules)),
  created_at         INTEGER NOT NULL,
  started_at         INTEGER,
  finished_at        INTEGER,
  failure            TEXT,
  slug_id            TEXT REFERENCES slugs (id),
  release_id         TEXT REFERENCES releases (id),
  CHECK (finished_at IS NOT NULL OR (failure IS NULL AND slug_id IS NULL AND release_id IS NULL)),
  CHECK (finished_at IS NULL OR (failure IS NULL) <> (slug_id IS NULL))
) STRICT;

CREATE INDEX builds_by_app ON builds (app_id, number);
CREATE INDEX pending_builds ON builds (app_id, number) WHERE finished_at IS NULL;
