-- A destroyed app keeps its row, since the ledger refers to it, and gives its name back.
CREATE TABLE apps (
  id           TEXT NOT NULL PRIMARY KEY,
  name         TEXT NOT NULL,
  owner_id     TEXT NOT NULL REFERENCES accounts (id),
  maintenance  INTEGER NOT NULL CHECK (maintenance IN (0, 1)),
  created_at   INTEGER NOT NULL,
  updated_at   INTEGER NOT NULL,
  destroyed_at INTEGER
) STRICT;

CREATE UNIQUE INDEX living_apps_by_name ON apps (name) WHERE destroyed_at IS NULL;

-- The key that seals an app's config vars, wrapped by the master key. Destroying the app deletes it.
CREATE TABLE app_keys (
  app_id  TEXT NOT NULL PRIMARY KEY REFERENCES apps (id),
  wrapped BLOB NOT NULL
) STRICT;

CREATE TABLE collaborators (
  app_id      TEXT NOT NULL REFERENCES apps (id),
  account_id  TEXT NOT NULL REFERENCES accounts (id),
  permissions TEXT NOT NULL CHECK (json_valid(permissions)),
  PRIMARY KEY (app_id, account_id)
) STRICT;

CREATE TABLE buildpacks (
  app_id   TEXT NOT NULL REFERENCES apps (id),
  position INTEGER NOT NULL,
  url      TEXT NOT NULL,
  PRIMARY KEY (app_id, position)
) STRICT;

CREATE TABLE formations (
  app_id   TEXT NOT NULL REFERENCES apps (id),
  type     TEXT NOT NULL,
  quantity INTEGER NOT NULL CHECK (quantity >= 0),
  size     TEXT NOT NULL,
  PRIMARY KEY (app_id, type)
) STRICT;
