import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { Database } from 'better-sqlite3';
import { PlatformError } from '../domain/errors.ts';

/**
 * Applies those of the folder's `0001-name.sql` files that the database hasn't seen, all in one
 * transaction: it ends with the newest schema or as it was. `user_version` is the last one's number.
 */
export function migrate(database: Database, folder: string): void {
  const files = migrationFiles(folder);
  database
    .transaction(() => {
      const version = schemaVersion(database);
      if (version > files.length) throw tooNew(database.name, version, files.length);
      for (const file of files.slice(version)) apply(database, file);
      database.pragma(`user_version = ${files.length}`);
    })
    .immediate();
}

function migrationFiles(folder: string): string[] {
  const names = readdirSync(folder)
    .filter((name) => name.endsWith('.sql'))
    .sort();
  for (const [index, name] of names.entries()) {
    const number = String(index + 1).padStart(4, '0');
    if (!name.startsWith(`${number}-`)) {
      throw new Error(`Expected migration ${number}-….sql in ${folder}, found ${name}.`);
    }
  }
  return names.map((name) => join(folder, name));
}

function schemaVersion(database: Database): number {
  return Number(database.pragma('user_version', { simple: true }));
}

function apply(database: Database, file: string): void {
  try {
    database.exec(readFileSync(file, 'utf8'));
  } catch (cause) {
    throw new Error(
      `Migration ${basename(file)} failed on ${database.name}, which was left as it was.`,
      { cause },
    );
  }
}

function tooNew(file: string, found: number, known: number): PlatformError {
  return new PlatformError(
    'unavailable',
    `${file} was written by a newer Monoku: its schema is number ${found}, this Monoku knows up to ${known}. ` +
      'Start that newer Monoku, or put back a backup made before the upgrade.',
  );
}
