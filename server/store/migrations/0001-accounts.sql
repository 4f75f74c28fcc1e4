-- Times are milliseconds since 1970, UTC. Ids are uuids.

CREATE TABLE accounts (
  id            TEXT NOT NULL PRIMARY KEY,
  email         TEXT NOT NULL UNIQUE,
  name          TEXT,
  admin         INTEGER NOT NULL CHECK (admin IN (0, 1)),
  state         TEXT NOT NULL CHECK (state IN ('pending', 'active', 'disabled')),
  password_hash TEXT,
  created_at    INTEGER NOT NULL,
  updated_at    INTEGER NOT NULL
) STRICT;

-- At most one invite of an account is open: a new one replaces it.
CREATE TABLE invites (
  account_id TEXT NOT NULL PRIMARY KEY REFERENCES accounts (id),
  hash       BLOB NOT NULL UNIQUE,
  expires_at INTEGER NOT NULL
) STRICT;

CREATE TABLE tokens (
  id          TEXT NOT NULL PRIMARY KEY,
  account_id  TEXT NOT NULL REFERENCES accounts (id),
  hash        BLOB NOT NULL UNIQUE,
  description TEXT NOT NULL,
  created_at  INTEGER NOT NULL,
  expires_at  INTEGER,
  revoked_at  INTEGER
) STRICT;

CREATE INDEX tokens_by_account ON tokens (account_id);
