import { PlatformError } from '../domain/errors.ts';
import type { Command, Host, Session } from './command.ts';
import { nearest } from './nearest.ts';
import { parseWords, UsageError } from './parse.ts';
import { helpText, overview, usageLine } from './usage.ts';

interface Table {
  readonly commands: readonly Command[];
  readonly host: Host;
  /** Told of what is neither refusal nor usage: a bug. Returns an id that the person is shown. */
  report(error: unknown): string;
}

/** Exit codes: as the command says, 1 for a refusal, 2 for words that don't fit, 70 for a bug of ours. */
export const EXIT = { refused: 1, usage: 2, bug: 70 } as const;

/** Runs one command line, already split into words. */
export async function runCommand(
  table: Table,
  words: readonly string[],
  session: Session,
): Promise<number> {
  const [name = 'help', ...rest] = words;
  if (name === 'help' || name === '--help' || name === '-h') return help(table, rest[0], session);
  const command = find(table.commands, name);
  if (!command) return unknown(table.commands, name, session);
  if (rest.includes('--help')) return help(table, name, session);
  try {
    const parsed = parseWords(command, rest);
    const app = parsed.value('app') ?? '';
    return await command.run({ ...session, ...table.host, words: parsed, app });
  } catch (error) {
    return explain(table, command, error, session);
  }
}

function find(commands: readonly Command[], name: string): Command | undefined {
  return commands.find((command) => command.name === name || command.aliases?.includes(name));
}

function help(table: Table, name: string | undefined, session: Session): number {
  if (name === undefined) {
    session.out(overview(table.commands));
    return 0;
  }
  const command = find(table.commands, name);
  if (!command) return unknown(table.commands, name, session);
  session.out(helpText(command));
  return 0;
}

function unknown(commands: readonly Command[], name: string, session: Session): number {
  const names = commands.flatMap((command) => [command.name, ...(command.aliases ?? [])]);
  const guess = nearest(name, names);
  session.err(
    sentence(`${name} is not a command.${guess === undefined ? '' : ` Did you mean ${guess}?`}`),
  );
  session.err(sentence('"help" lists all commands.'));
  return EXIT.usage;
}

function explain(table: Table, command: Command, error: unknown, session: Session): number {
  if (error instanceof UsageError) {
    session.err(sentence(error.message));
    session.err(`\nUSAGE\n  $ ${usageLine(command)}\n\nSee more help with --help\n`);
    return EXIT.usage;
  }
  if (error instanceof PlatformError) {
    session.err(sentence(error.message));
    return EXIT.refused;
  }
  const id = table.report(error);
  session.err(sentence(`Internal error. The platform's own log says more under ${id}.`));
  return EXIT.bug;
}

/** Each line set off as the Heroku CLI sets off its errors. */
function sentence(text: string): string {
  return text
    .split('\n')
    .map((line) => ` ▸    ${line}\n`)
    .join('');
}
