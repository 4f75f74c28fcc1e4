import { formatLogLine, type LogFilter, type LogSource } from '../../domain/log-line.ts';
import { APP_FLAG, type Command, type Context } from '../command.ts';
import { UsageError } from '../parse.ts';

/** Lines shown unless asked for more (Heroku's default), and the most that can be asked for. */
const LINES = 100;
const LINES_LIMIT = 1500;

export const logs: readonly Command[] = [
  {
    name: 'logs',
    summary: 'display recent log output',
    flags: {
      app: APP_FLAG,
      tail: { char: 't', summary: 'continually stream the log' },
      num: { char: 'n', value: 'NUM', summary: `how many lines, up to ${LINES_LIMIT} (${LINES})` },
      ps: {
        char: 'p',
        value: 'PS',
        summary: 'only lines of this process type or dyno: web, web.1, router',
      },
      source: { char: 's', value: 'SOURCE', summary: 'only lines from this source: app or heroku' },
    },
    examples: ['logs -a example', 'logs -t --ps web -a example'],
    run: showLogs,
  },
];

async function showLogs({
  actions,
  actor,
  app,
  words,
  out,
  drained,
  signal,
}: Context): Promise<number> {
  const lines = count(words.value('num'));
  const filter = filterOf(words.value('source'), words.value('ps'));
  if (!words.has('tail')) {
    for (const line of await actions.logs.tail(actor, app, { lines, filter }))
      out(`${formatLogLine(line)}\n`);
    return 0;
  }
  for await (const line of actions.logs.follow(actor, app, { lines, filter, signal })) {
    out(`${formatLogLine(line)}\n`);
    await drained();
  }
  return 0;
}

function count(text: string | undefined): number {
  if (text === undefined) return LINES;
  if (!/^\d{1,9}$/.test(text)) throw new UsageError(`--num takes a whole number, not "${text}".`);
  return Math.min(Number(text), LINES_LIMIT);
}

function filterOf(source: string | undefined, dyno: string | undefined): LogFilter {
  if (source !== undefined && !isSource(source)) {
    throw new UsageError(`--source is app or heroku, not "${source}".`);
  }
  return { ...(source === undefined ? {} : { source }), ...(dyno === undefined ? {} : { dyno }) };
}

function isSource(text: string): text is LogSource {
  return text === 'app' || text === 'heroku';
}
