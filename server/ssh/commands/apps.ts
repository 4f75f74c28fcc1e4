import { releaseName } from '../../domain/release.ts';
import { APP_FLAG, JSON_FLAG, type Command, type Context } from '../command.ts';
import { header, json, keyValues, megabytes } from '../layout.ts';

export const apps: readonly Command[] = [
  {
    name: 'apps',
    aliases: ['apps:list', 'list'],
    summary: 'list your apps',
    flags: { json: JSON_FLAG },
    run({ actions, actor, words, out }) {
      const found = actions.apps.list(actor);
      if (words.has('json')) out(json(found));
      else if (found.length === 0) out('You have no apps.\n');
      else
        out(header(`${actor.account.email} Apps`) + found.map(({ name }) => `${name}\n`).join(''));
      return 0;
    },
  },
  {
    name: 'apps:create',
    aliases: ['create'],
    summary: 'create an app',
    arguments: [{ name: 'APP', summary: 'name of the app to create' }],
    flags: { json: JSON_FLAG },
    examples: ['apps:create', 'apps:create example'],
    async run({ actions, actor, words, out, err, appUrl, gitUrl }) {
      const [name] = words.arguments;
      const app = await actions.apps.create(actor, name === undefined ? {} : { name });
      if (words.has('json')) {
        out(json({ ...app, web_url: appUrl(app.name), git_url: gitUrl(app.name) }));
        return 0;
      }
      err(
        name === undefined
          ? `Creating app... done, ⬢ ${app.name}\n`
          : `Creating ⬢ ${app.name}... done\n`,
      );
      out(`${appUrl(app.name)} | ${gitUrl(app.name)}\n`);
      return 0;
    },
  },
  {
    name: 'apps:info',
    aliases: ['info'],
    summary: 'show what an app is',
    flags: { app: APP_FLAG, json: JSON_FLAG },
    run: showApp,
  },
  {
    name: 'apps:rename',
    aliases: ['rename'],
    summary: 'give an app another name',
    arguments: [{ name: 'NEWNAME', required: true, summary: 'the new name' }],
    flags: { app: APP_FLAG },
    run({ actions, actor, app, words, out, err, appUrl, gitUrl }) {
      const renamed = actions.apps.rename(actor, app, words.arguments[0] ?? '');
      err(`Renaming ${app} to ⬢ ${renamed.name}... done\n`);
      out(`${appUrl(renamed.name)} | ${gitUrl(renamed.name)}\n`);
      return 0;
    },
  },
  {
    name: 'apps:destroy',
    aliases: ['destroy', 'apps:delete'],
    summary: 'permanently destroy an app',
    flags: {
      app: APP_FLAG,
      confirm: { char: 'c', value: 'APP', summary: 'the name again, since this is final' },
    },
    async run({ actions, actor, app, words, err }) {
      await actions.apps.destroy(actor, app, words.value('confirm'));
      err(`Destroying ⬢ ${app}... done\n`);
      return 0;
    },
  },
];

function showApp({ actions, actor, app: name, words, out, appUrl, gitUrl }: Context): number {
  const { app, owner, current, slug } = actions.apps.info(actor, name);
  if (words.has('json')) {
    out(json({ app, owner, release: current, slug, web_url: appUrl(name), git_url: gitUrl(name) }));
    return 0;
  }
  const dynos = actions.dynos.list(actor, name);
  const rows: (readonly [string, string])[] = [
    ['Dynos', describeDynos(dynos.map(({ type }) => type))],
    ['Git URL', gitUrl(name)],
    ['Maintenance', app.maintenance ? 'on' : 'off'],
    ['Owner', owner?.email ?? ''],
    ['Release', current ? releaseName(current) : 'none'],
    ...(slug
      ? ([
          ['Slug Size', megabytes(slug.size)],
          ['Stack', slug.stack],
        ] as const)
      : []),
    ['Web URL', appUrl(name)],
  ];
  out(header(name) + keyValues(rows));
  return 0;
}

function describeDynos(types: readonly string[]): string {
  const counts = new Map<string, number>();
  for (const type of types) counts.set(type, (counts.get(type) ?? 0) + 1);
  return [...counts].map(([type, count]) => `${type}: ${count}`).join(', ') || 'none';
}
