import { invalid } from './errors.ts';

export type ConfigVars = Readonly<Record<string, string>>;

/** What to set and, with null, what to remove. */
export type ConfigChange = Readonly<Record<string, string | null>>;

/** All keys and values of an app together, in bytes (Dev Center, config vars: 64 kB). */
export const CONFIG_VARS_LIMIT = 65_536;

const NAME = /^[A-Za-z_][A-Za-z0-9_]*$/;

export function parseConfigName(name: string): string {
  if (!NAME.test(name)) {
    throw invalid(
      `"${name}" is not a config var name: use letters, digits and underscores, not a digit first.`,
    );
  }
  if (name.startsWith('__') || name.startsWith('HEROKU_')) {
    throw invalid(`"${name}" is reserved: config vars can't start with "__" or "HEROKU_".`);
  }
  return name;
}

/** `KEY=value`; the value may hold anything but a NUL byte, further equal signs and newlines included. */
export function parseConfigAssignment(word: string): readonly [name: string, value: string] {
  const at = word.indexOf('=');
  if (at < 1) throw invalid(`${word} is invalid. Must be in the format FOO=bar.`);
  return [parseConfigName(word.slice(0, at)), parseConfigValue(word.slice(at + 1))];
}

function parseConfigValue(value: string): string {
  if (value.includes('\0')) throw invalid("A config var's value can't hold a NUL byte.");
  return value;
}

/** Applies a change; `set` and `removed` list only the names whose value really differs afterwards. */
export function applyConfigChange(
  vars: ConfigVars,
  change: ConfigChange,
): { vars: ConfigVars; set: readonly string[]; removed: readonly string[] } {
  const next: Record<string, string> = { ...vars };
  const set: string[] = [];
  const removed: string[] = [];
  for (const [name, value] of Object.entries(change)) {
    parseConfigName(name);
    if (value === null) {
      if (Object.hasOwn(next, name)) removed.push(name);
      Reflect.deleteProperty(next, name);
    } else if (!Object.hasOwn(next, name) || next[name] !== value) {
      next[name] = parseConfigValue(value);
      set.push(name);
    }
  }
  requireWithinLimit(next);
  return { vars: next, set, removed };
}

function requireWithinLimit(vars: ConfigVars): void {
  const bytes = Object.entries(vars).reduce(
    (sum, [name, value]) => sum + Buffer.byteLength(name) + Buffer.byteLength(value),
    0,
  );
  if (bytes > CONFIG_VARS_LIMIT) {
    throw invalid(
      `Config vars of an app can hold 64 kB in all; with this change they would be ${String(bytes)} bytes.`,
    );
  }
}

/** "Set FOO, BAR config vars", Heroku's description of the release that a change makes. */
export function describeConfigChange(set: readonly string[], removed: readonly string[]): string {
  const parts = [
    ...(set.length > 0 ? [`Set ${set.join(', ')}`] : []),
    ...(removed.length > 0
      ? [`${set.length > 0 ? 'remove' : 'Remove'} ${removed.join(', ')}`]
      : []),
  ];
  return `${parts.join(' and ')} config vars`;
}
