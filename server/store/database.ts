import { closeSync, openSync } from 'node:fs';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { migrate } from './migrations.ts';

export type Database = Sqlite.Database;

const MIGRATIONS = join(import.meta.dirname, 'migrations');

/** Opens or creates a database, brings its schema up to date and makes sure that commits are durable. */
export function openDatabase(file: string): Database {
  if (file !== ':memory:') createPrivateFile(file);
  const database = new Sqlite(file, { timeout: 5000 });
  try {
    configure(database);
    migrate(database, MIGRATIONS);
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

/** All of the work is committed, or none; within another transaction it is a savepoint of that one. */
export function transaction<T>(database: Database, work: () => T): T {
  // IMMEDIATE: a transaction that reads first and then writes is refused when another process wrote in between
  return database.transaction(work).immediate();
}

/** What the work reads is of one moment, whatever others write meanwhile. */
export function snapshot<T>(database: Database, work: () => T): T {
  return database.transaction(work).deferred();
}

/** Folders above may be open to other users for traversal; SQLite gives the -wal and -shm files the same mode. */
function createPrivateFile(file: string): void {
  closeSync(openSync(file, 'a', 0o600));
}

function configure(database: Database): void {
  database.pragma('journal_mode = WAL');
  // better-sqlite3's WAL default is NORMAL, which loses acknowledged rows at a power cut
  database.pragma('synchronous = FULL');
  database.pragma('foreign_keys = ON');
  // without it INSERT OR REPLACE deletes rows behind the back of the ledger's triggers
  database.pragma('recursive_triggers = ON');
  // overwrites deleted rows, so that the key of a destroyed app is gone from the file
  database.pragma('secure_delete = ON');
  requirePragma(database, 'journal_mode', database.memory ? 'memory' : 'wal');
  requirePragma(database, 'synchronous', 2);
  requirePragma(database, 'foreign_keys', 1);
  requirePragma(database, 'recursive_triggers', 1);
}

function requirePragma(database: Database, name: string, expected: unknown): void {
  const found = database.pragma(name, { simple: true });
  if (found === expected) return;
  throw new Error(
    `SQLite keeps ${name} = ${String(found)} for ${database.name}; Monoku needs ${String(expected)} to keep what it acknowledges.`,
  );
}
