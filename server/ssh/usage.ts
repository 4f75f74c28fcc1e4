import type { Command } from './command.ts';

/** `ps:scale [TYPE=QUANTITY…] -a APP`. */
export function usageLine(command: Command): string {
  const words = (command.arguments ?? []).map(({ name, required, many }) => {
    const word = many ? `${name}…` : name;
    return required ? word : `[${word}]`;
  });
  const flags = Object.entries(command.flags ?? {}).map(([name, { char, value, required }]) => {
    const word = [char === undefined ? `--${name}` : `-${char}`, value].filter(Boolean).join(' ');
    return required ? word : `[${word}]`;
  });
  return [command.name, ...words, ...flags].join(' ');
}

/** All there is to say of one command. */
export function helpText(command: Command): string {
  const sections = [
    command.summary,
    section('USAGE', [`$ ${usageLine(command)}`]),
    section(
      'ARGUMENTS',
      columns((command.arguments ?? []).map(({ name, summary }) => [name, summary])),
    ),
    section('FLAGS', columns(Object.entries(command.flags ?? {}).map(flagRow))),
    section('ALIASES', command.aliases ?? []),
    section(
      'EXAMPLES',
      (command.examples ?? []).map((example) => `$ ${example}`),
    ),
  ];
  return `${sections.filter((text) => text !== '').join('\n\n')}\n`;
}

/** Every command with its summary, by topic. */
export function overview(commands: readonly Command[]): string {
  const rows = commands.map(({ name, summary }) => [name, summary] as const);
  return `${section('COMMANDS', columns(rows))}\n\n"help COMMAND" says more about one.\n`;
}

function flagRow([name, { char, value, summary }]: [
  string,
  NonNullable<Command['flags']>[string],
]) {
  const short = char === undefined ? '    ' : `-${char}, `;
  return [`${short}--${name}${value === undefined ? '' : ` ${value}`}`, summary] as const;
}

function section(title: string, lines: readonly string[]): string {
  return lines.length === 0 ? '' : [title, ...lines.map((line) => `  ${line}`)].join('\n');
}

function columns(rows: readonly (readonly [string, string])[]): string[] {
  const width = Math.max(0, ...rows.map(([left]) => left.length));
  return rows.map(([left, right]) => `${left.padEnd(width)}  ${right}`.trimEnd());
}
