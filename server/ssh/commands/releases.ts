import { parseReleaseVersion, releaseName, type Release } from '../../domain/release.ts';
import { APP_FLAG, JSON_FLAG, type Command, type Context } from '../command.ts';
import { ago, header, json, keyValues, megabytes, table } from '../layout.ts';
import { UsageError } from '../parse.ts';
import { settle } from '../settle.ts';

const RELEASE = { name: 'RELEASE', summary: 'v12, or 12' };

export const releases: readonly Command[] = [
  {
    name: 'releases',
    aliases: ['releases:list'],
    summary: "display an app's releases",
    flags: {
      app: APP_FLAG,
      num: { char: 'n', value: 'NUM', summary: 'how many (15)' },
      json: JSON_FLAG,
    },
    run: listReleases,
  },
  {
    name: 'releases:info',
    summary: 'show what a release is made of',
    arguments: [RELEASE],
    flags: { app: APP_FLAG, json: JSON_FLAG },
    run: showRelease,
  },
  {
    name: 'releases:rollback',
    aliases: ['rollback'],
    summary: 'go back to an earlier release: its code, config vars and process types',
    arguments: [RELEASE],
    flags: { app: APP_FLAG },
    examples: ['releases:rollback -a example', 'releases:rollback v12 -a example'],
    run(context) {
      const release = context.actions.releases.rollback(
        context.actor,
        context.app,
        version(context),
      );
      const target = release.description.replace('Rollback to ', '');
      return settle(context, `Rolling back ⬢ ${context.app} to ${target}`, release);
    },
  },
];

function version({ words }: Context): number | undefined {
  const [text] = words.arguments;
  if (text === undefined) return undefined;
  const number = parseReleaseVersion(text);
  if (number === undefined) throw new UsageError(`"${text}" is no release: use, say, v12.`);
  return number;
}

function listReleases({ actions, actor, app, words, out }: Context): number {
  const all = actions.releases.list(actor, app);
  const shown = all.slice(0, Number(words.value('num') ?? 15));
  if (words.has('json')) out(json(shown));
  else if (all.length === 0) out(`${app} has no releases.\n`);
  else
    out(
      releaseTable(
        app,
        all,
        shown,
        (release) => actions.releases.info(actor, app, release.version).by?.email ?? '',
      ),
    );
  return 0;
}

function releaseTable(
  app: string,
  all: readonly Release[],
  shown: readonly Release[],
  user: (release: Release) => string,
): string {
  const current = all.find(({ status }) => status === 'succeeded');
  const title = `${app} Releases${current ? ` - Current: ${releaseName(current)}` : ''}`;
  const now = new Date();
  const rows = shown.map((release) => [
    releaseName(release),
    `${release.description}${marked(release)}`,
    user(release),
    ago(release.createdAt, now),
  ]);
  return header(title) + table(['v', 'description', 'user', 'created_at'], rows);
}

function marked({ status }: Release): string {
  if (status === 'failed') return ' release failed';
  return status === 'pending' ? ' release starting' : '';
}

function showRelease(context: Context): number {
  const { actions, actor, app, words, out } = context;
  const info = actions.releases.info(actor, app, version(context));
  if (words.has('json')) {
    out(json({ ...info, config: info.config && Object.keys(info.config) }));
    return 0;
  }
  const { release, slug } = info;
  const rows: (readonly [string, string])[] = [
    ['By', info.by?.email ?? ''],
    ['Change', release.description],
    ['Status', info.current ? `${release.status} (current)` : release.status],
    ['When', ago(release.createdAt, new Date())],
    ...(release.failure === null ? [] : [['Failure', release.failure] as const]),
    ...(slug
      ? ([
          ['Slug', `sha256:${slug.sha256}`],
          ['Slug Size', megabytes(slug.size)],
        ] as const)
      : []),
    ...Object.entries(release.processTypes).map(
      ([type, command]) => [`Process ${type}`, command] as const,
    ),
  ];
  out(header(`Release ${releaseName(release)}`) + keyValues(rows));
  if (info.config)
    out(
      `\n${header(`${releaseName(release)} Config vars`)}${keyValues(Object.entries(info.config))}`,
    );
  return 0;
}
