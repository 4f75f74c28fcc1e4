import type { DynoStatus } from '../../domain/dyno.ts';
import { DYNO_SIZES } from '../../domain/dyno-size.ts';
import { parseScaleChange, type Formation } from '../../domain/formation.ts';
import { APP_FLAG, JSON_FLAG, type Command, type Context } from '../command.ts';
import { ago, header, json } from '../layout.ts';

export const ps: readonly Command[] = [
  {
    name: 'ps',
    aliases: ['ps:list'],
    summary: "list an app's dynos",
    flags: { app: APP_FLAG, json: JSON_FLAG },
    run({ actions, actor, app, words, out }) {
      const dynos = actions.dynos.list(actor, app);
      if (words.has('json')) out(json(dynos));
      else out(dynos.length === 0 ? `No dynos on ⬢ ${app}\n` : dynoList(dynos));
      return 0;
    },
  },
  {
    name: 'ps:scale',
    aliases: ['scale'],
    summary: 'scale dyno quantity up or down; without words, show it',
    arguments: [
      { name: 'TYPE=QUANTITY', many: true, summary: 'web=2, web+1, worker=1:standard-2x' },
    ],
    flags: { app: APP_FLAG, json: JSON_FLAG },
    examples: ['ps:scale web=3 worker+1 -a example'],
    run: scale,
  },
  {
    name: 'ps:restart',
    aliases: ['restart', 'dyno:restart'],
    summary: 'restart all dynos of an app, those of a type, or one',
    arguments: [{ name: 'DYNO', summary: 'web, or web.1' }],
    flags: { app: APP_FLAG },
    async run({ actions, actor, app, words, err }) {
      const [dyno] = words.arguments;
      await actions.dynos.restart(actor, app, parseDyno(dyno));
      err(`Restarting ${dyno === undefined ? 'dynos' : dyno} on ⬢ ${app}... done\n`);
      return 0;
    },
  },
];

function scale({ actions, actor, app, words, out, err }: Context): number {
  if (words.arguments.length === 0) {
    const formation = actions.formation.read(actor, app);
    out(words.has('json') ? json(formation) : `${describe(formation, '=').join(' ')}\n`);
    return 0;
  }
  const changes = words.arguments.map(parseScaleChange);
  const formation = actions.formation.scale(actor, app, changes);
  const changed = new Set(changes.map(({ type }) => type));
  const touched = Object.fromEntries(
    Object.entries(formation).filter(([type]) => changed.has(type)),
  );
  err(`Scaling dynos... done, now running ${describe(touched, ' at ').join(', ')}\n`);
  return 0;
}

function describe(formation: Formation, joint: string): string[] {
  return Object.entries(formation).map(
    ([type, { quantity, size }]) => `${type}${joint}${quantity}:${DYNO_SIZES[size].name}`,
  );
}

function parseDyno(text: string | undefined): { type?: string; index?: number } {
  if (text === undefined) return {};
  const match = /^(.+)\.(\d+)$/.exec(text);
  return match?.[1] === undefined ? { type: text } : { type: match[1], index: Number(match[2]) };
}

function dynoList(dynos: readonly DynoStatus[]): string {
  const now = new Date();
  return [...new Set(dynos.map(({ type }) => type))]
    .map((type) => {
      const group = dynos.filter((dyno) => dyno.type === type);
      const [first] = group;
      const size = first ? DYNO_SIZES[first.size].name : '';
      const title = header(`${type} (${size}): ${first?.command ?? ''} (${group.length})`);
      return `${title}${group.map((dyno) => `${dynoLine(dyno, now)}\n`).join('')}`;
    })
    .join('\n');
}

function dynoLine(dyno: DynoStatus, now: Date): string {
  const restarts = dyno.restarts > 0 ? `, ${dyno.restarts} restarts` : '';
  const next = dyno.nextTry ? `, next try ${dyno.nextTry.toISOString()}` : '';
  return `${dyno.name}: ${dyno.state} ${ago(dyno.since, now)}${restarts}${next}`;
}
