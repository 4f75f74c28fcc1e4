import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { test } from 'node:test';

const REPOSITORY = resolve(import.meta.dirname, '../..');
/** Read by the scripts alone. */
const SCRIPTS_OWN = ['MONOKU_DOCKERD_CONFIG'];

const read = (path: string): string => readFileSync(join(REPOSITORY, path), 'utf8');
const names = (text: string, pattern: RegExp): string[] =>
  [...text.matchAll(pattern)].map(([, name = '']) => name);

test('the README has a row for every setting, and for no other', () => {
  const rows = read('README.md')
    .split('\n')
    .filter((line) => line.startsWith('| `MONOKU_'));
  const told = rows.flatMap((row) => names(row.split('|')[1] ?? '', /`(MONOKU_\w+)`/g));
  const server = names(read('server/config.ts'), /^ {2}(MONOKU_\w+):/gm);
  const router = names(read('router/config.ts'), /env\.(MONOKU_\w+)/g);
  assert.deepEqual(
    told.toSorted(),
    [...new Set([...server, ...router, ...SCRIPTS_OWN])].toSorted(),
  );
});

test('every command in the README is in the command table', async () => {
  const { COMMANDS } = await import('../../server/ssh/commands/commands.ts');
  const known = ['help', ...COMMANDS.flatMap(({ name, aliases }) => [name, ...(aliases ?? [])])];
  // the lines of the README's list: a command, its words, blanks, what it does
  const told = names(read('README.md'), /^([a-z]+(?::[a-z]+)?)(?: \S+)* {2,}\S/gm);
  assert.ok(told.length >= 6);
  assert.deepEqual(
    told.filter((name) => !known.includes(name)),
    [],
  );
});
