/** Ways of Heroku's CLI to lay out what it says. */

export function header(text: string): string {
  return `=== ${text}\n\n`;
}

/** `key:  value` rows, aligned. */
export function keyValues(entries: readonly (readonly [string, string])[]): string {
  const width = Math.max(0, ...entries.map(([key]) => key.length));
  return entries.map(([key, value]) => `${`${key}:`.padEnd(width + 2)} ${value}\n`).join('');
}

/** Columns as wide as their widest cell, one blank before each row. */
export function table(titles: readonly string[], rows: readonly (readonly string[])[]): string {
  const all = [titles, titles.map((title) => '─'.repeat(title.length)), ...rows];
  const widths = titles.map((_, column) =>
    Math.max(...all.map((row) => (row[column] ?? '').length)),
  );
  all[1] = widths.map((width) => '─'.repeat(width));
  return all
    .map(
      (row) =>
        ` ${row
          .map((cell, column) => cell.padEnd(widths[column] ?? 0))
          .join(' ')
          .trimEnd()}\n`,
    )
    .join('');
}

export function json(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}

const UNITS = [
  ['d', 86_400],
  ['h', 3600],
  ['m', 60],
  ['s', 1],
] as const;

/** `2026/11/21 01:02:03 +0000 (~ 5m ago)`. */
export function ago(time: Date, now: Date): string {
  const stamp = time.toISOString().slice(0, 19).replaceAll('-', '/').replace('T', ' ');
  const seconds = Math.max(0, Math.floor((now.getTime() - time.getTime()) / 1000));
  const [unit, length] = UNITS.find(([, size]) => seconds >= size) ?? ['s', 1];
  return `${stamp} +0000 (~ ${Math.floor(seconds / length)}${unit} ago)`;
}

/** `17.3 MB`. */
export function megabytes(bytes: number): string {
  return `${(bytes / 1024 ** 2).toFixed(1)} MB`;
}

/** A value as a POSIX shell reads it back. */
export function shellQuoted(value: string): string {
  return /^[\w./:@%+,=-]+$/.test(value) ? value : `'${value.replaceAll("'", `'\\''`)}'`;
}
