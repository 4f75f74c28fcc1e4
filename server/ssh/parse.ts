import { parseArgs, type ParseArgsOptionsConfig } from 'node:util';
import type { Command, Words } from './command.ts';

/** Words that don't fit the command's declaration; the message says which. */
export class UsageError extends Error {}

/** What was typed after the command's name, by the command's declaration. */
export function parseWords(command: Command, typed: readonly string[]): Words {
  const { values, positionals } = parseStrictly(command, typed);
  for (const [name, flag] of Object.entries(command.flags ?? {})) {
    if (flag.required && values[name] === undefined) {
      throw new UsageError(
        `Missing required flag ${name}: --${name} ${flag.value ?? ''}`.trimEnd(),
      );
    }
  }
  requireArguments(command, positionals);
  return {
    arguments: positionals,
    value: (name) => {
      const value = values[name];
      return typeof value === 'string' ? value : undefined;
    },
    has: (name) => values[name] !== undefined,
  };
}

function parseStrictly(command: Command, typed: readonly string[]) {
  const options: ParseArgsOptionsConfig = Object.fromEntries(
    Object.entries(command.flags ?? {}).map(([name, { char, value }]) => [
      name,
      {
        type: value === undefined ? 'boolean' : 'string',
        ...(char === undefined ? {} : { short: char }),
      },
    ]),
  );
  try {
    return parseArgs({ args: [...typed], options, allowPositionals: true, strict: true });
  } catch (error) {
    throw new UsageError(
      error instanceof Error ? error.message.split('. To specify')[0] : String(error),
    );
  }
}

function requireArguments(command: Command, given: readonly string[]): void {
  const declared = command.arguments ?? [];
  const missing = declared.slice(given.length).find((argument) => argument.required);
  if (missing) throw new UsageError(`Missing 1 required arg: ${missing.name}  ${missing.summary}`);
  const many = declared.some((argument) => argument.many);
  if (!many && given.length > declared.length) {
    throw new UsageError(`Unexpected argument: ${given.slice(declared.length).join(' ')}`);
  }
}
