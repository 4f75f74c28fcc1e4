import {
  parseConfigAssignment,
  parseConfigName,
  type ConfigChange,
} from '../../domain/config-vars.ts';
import { APP_FLAG, JSON_FLAG, type Command, type Context } from '../command.ts';
import { header, json, keyValues, shellQuoted } from '../layout.ts';
import { UsageError } from '../parse.ts';
import { settle } from '../settle.ts';

export const config: readonly Command[] = [
  {
    name: 'config',
    aliases: ['config:list'],
    summary: "display an app's config vars",
    flags: {
      app: APP_FLAG,
      json: JSON_FLAG,
      shell: { char: 's', summary: 'print as shell assignments' },
    },
    run({ actions, actor, app, words, out }) {
      const vars = actions.configVars.read(actor, app);
      const entries = Object.entries(vars).sort(([a], [b]) => a.localeCompare(b));
      if (words.has('json')) out(json(vars));
      else if (words.has('shell'))
        out(entries.map(([name, value]) => `${name}=${shellQuoted(value)}\n`).join(''));
      else out(header(`${app} Config Vars`) + keyValues(entries));
      return 0;
    },
  },
  {
    name: 'config:get',
    summary: "display one of an app's config vars",
    arguments: [{ name: 'KEY', required: true, many: true, summary: 'its name' }],
    flags: { app: APP_FLAG, shell: { char: 's', summary: 'print as a shell assignment' } },
    run({ actions, actor, app, words, out }) {
      const vars = actions.configVars.read(actor, app);
      for (const name of words.arguments) {
        const value = vars[name] ?? '';
        out(words.has('shell') ? `${name}=${shellQuoted(value)}\n` : `${value}\n`);
      }
      return 0;
    },
  },
  {
    name: 'config:set',
    aliases: ['config:add'],
    summary: 'set one or more config vars',
    arguments: [
      {
        name: 'FOO=bar',
        required: true,
        many: true,
        summary: 'name and value; "FOO=-" reads the value from stdin',
      },
    ],
    flags: { app: APP_FLAG },
    examples: ['config:set RAILS_ENV=staging -a example', 'config:set KEY=- -a example < key.pem'],
    async run(context) {
      const assignments = context.words.arguments.map(parseConfigAssignment);
      const change = Object.fromEntries(await withStdin(context, assignments));
      const names = Object.keys(change).join(', ');
      const said = await apply(context, change, `Setting ${names} and restarting ⬢ ${context.app}`);
      const vars = context.actions.configVars.read(context.actor, context.app);
      context.out(keyValues(Object.keys(change).map((name) => [name, vars[name] ?? ''])));
      return said;
    },
  },
  {
    name: 'config:unset',
    aliases: ['config:remove'],
    summary: 'unset one or more config vars',
    arguments: [{ name: 'KEY', required: true, many: true, summary: 'its name' }],
    flags: { app: APP_FLAG },
    run(context) {
      const names = context.words.arguments.map(parseConfigName);
      const change = Object.fromEntries(names.map((name) => [name, null]));
      return apply(
        context,
        change,
        `Unsetting ${names.join(', ')} and restarting ⬢ ${context.app}`,
      );
    },
  },
];

async function apply(context: Context, change: ConfigChange, doing: string): Promise<number> {
  const { release } = context.actions.configVars.change(context.actor, context.app, change);
  if (release) return settle(context, doing, release);
  context.err(`${doing}... done, nothing changed\n`);
  return 0;
}

type Assignment = readonly [name: string, value: string];

async function withStdin(
  context: Context,
  assignments: readonly Assignment[],
): Promise<readonly Assignment[]> {
  const fromStdin = assignments.filter(([, value]) => value === '-');
  if (fromStdin.length > 1) throw new UsageError('Only one value can be read from stdin.');
  if (fromStdin.length === 0) return assignments;
  const chunks: Buffer[] = [];
  for await (const chunk of context.stdin) chunks.push(chunk as Buffer);
  const text = Buffer.concat(chunks).toString();
  return assignments.map(([name, value]) => [name, value === '-' ? text : value]);
}
