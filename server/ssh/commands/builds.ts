import { releaseName } from '../../domain/release.ts';
import { APP_FLAG, JSON_FLAG, type Command, type Context } from '../command.ts';
import { ago, header, json, keyValues, table } from '../layout.ts';

const BUILD = { name: 'BUILD', summary: "a build's id or how it begins; the newest without one" };

export const builds: readonly Command[] = [
  {
    name: 'builds',
    aliases: ['builds:list'],
    summary: "list an app's builds",
    flags: {
      app: APP_FLAG,
      num: { char: 'n', value: 'NUM', summary: 'how many (10)' },
      json: JSON_FLAG,
    },
    run({ actions, actor, app, words, out }) {
      const shown = actions.builds.list(actor, app).slice(0, Number(words.value('num') ?? 10));
      const now = new Date();
      const rows = shown.map((build) => [
        build.id,
        build.status,
        (build.sourceVersion ?? '').slice(0, 8),
        ago(build.createdAt, now),
      ]);
      if (words.has('json')) out(json(shown));
      else out(header(`${app} Builds`) + table(['id', 'status', 'version', 'created_at'], rows));
      return 0;
    },
  },
  {
    name: 'builds:info',
    summary: 'show one build',
    arguments: [BUILD],
    flags: { app: APP_FLAG, json: JSON_FLAG },
    run: showBuild,
  },
  {
    name: 'builds:output',
    summary: "show a build's output; goes on until it has ended",
    arguments: [BUILD],
    flags: { app: APP_FLAG },
    async run({ actions, actor, app, words, out, drained, signal }) {
      const decoder = new TextDecoder();
      for await (const chunk of actions.builds.follow(actor, app, words.arguments[0], signal)) {
        out(decoder.decode(chunk, { stream: true }));
        await drained();
      }
      return 0;
    },
  },
  {
    name: 'builds:cancel',
    summary: 'stop a build that has not ended',
    arguments: [BUILD],
    flags: { app: APP_FLAG },
    async run({ actions, actor, app, words, err }) {
      const build = await actions.builds.cancel(actor, app, words.arguments[0]);
      err(`Stopping build ${build.id} on ⬢ ${app}... done\n`);
      return 0;
    },
  },
];

function showBuild({ actions, actor, app, words, out }: Context): number {
  const info = actions.builds.info(actor, app, words.arguments[0]);
  if (words.has('json')) {
    out(json(info));
    return 0;
  }
  const { build, by, release, slug } = info;
  const rows: (readonly [string, string])[] = [
    ['By', by?.email ?? ''],
    ['Status', build.status],
    ['Version', build.sourceVersion ?? ''],
    ['When', ago(build.createdAt, new Date())],
    ...(build.failure === null ? [] : [['Failure', build.failure] as const]),
    ...(slug ? [['Buildpack', slug.buildpack] as const] : []),
    ...(release ? [['Release', `${releaseName(release)}, ${release.status}`] as const] : []),
  ];
  out(header(`Build ${build.id}`) + keyValues(rows));
  return 0;
}
