import { invalid } from './errors.ts';

/** Process type → command. */
export type ProcessTypes = Readonly<Record<string, string>>;

/** Platform API schema, formation.type. */
const PROCESS_TYPE = /^[-\w]{1,128}$/;

export function isProcessType(text: string): boolean {
  // a record of JavaScript can't hold this key without care everywhere
  return PROCESS_TYPE.test(text) && text !== '__proto__';
}

export function parseProcessType(text: string): string {
  if (isProcessType(text)) return text;
  throw invalid(`"${text}" is not a process type: use letters, digits, "-" and "_".`);
}

/** One `type: command` a line; blank lines and lines that start with # are skipped. */
export function parseProcfile(text: string): ProcessTypes {
  const types: Record<string, string> = {};
  for (const [index, raw] of text
    .replace(/^\uFEFF/, '')
    .split(/\r\n|\n|\r/)
    .entries()) {
    const line = raw.trim();
    if (line === '' || line.startsWith('#')) continue;
    const [, type, command] = /^([^:]+):\s*(.+)$/.exec(line) ?? [];
    if (type === undefined || command === undefined || !isProcessType(type)) {
      throw invalid(
        `Procfile, line ${String(index + 1)}: expected "<process type>: <command>", found "${line.slice(0, 80)}".`,
      );
    }
    types[type] = command;
  }
  return types;
}
