import assert from 'node:assert/strict';
import { Readable } from 'node:stream';
import { test } from 'node:test';
import { COMMANDS } from '../../server/ssh/commands/commands.ts';
import { runCommand } from '../../server/ssh/run-command.ts';
import type { Actions } from '../../server/actions/actions.ts';
import type { Session } from '../../server/ssh/command.ts';
import { createWorld } from '../actions/world.ts';

interface Said {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** A terminal over actions in memory, as the person with this address. */
function terminal() {
  const world = createWorld();
  const actor = world.person('ada@example.com', { admin: true });
  const reported: unknown[] = [];
  const actions = {
    ...world,
    dynos: { list: () => [], restart: () => Promise.resolve() },
  } as unknown as Actions;
  const host = {
    actions,
    appUrl: (app: string) => `http://${app}.localhost:8080/`,
    gitUrl: (app: string) => `https://localhost:5443/${app}.git`,
    version: '1.2.3',
  };
  const report = (error: unknown): string => `bug-${reported.push(error)}`;
  async function type(words: readonly string[], stdin = ''): Promise<Said> {
    let [out, err] = ['', ''];
    const session: Session = {
      actor,
      stdin: Readable.from([Buffer.from(stdin)]),
      out: (text) => void (out += text),
      err: (text) => void (err += text),
      drained: () => Promise.resolve(),
      terminal: null,
      signal: new AbortController().signal,
    };
    const code = await runCommand({ commands: COMMANDS, host, report }, words, session);
    return { code, out, err };
  }
  return { world, actor, reported, type };
}

test('an app is created, listed, shown, renamed and destroyed in Heroku words', async () => {
  const { type } = terminal();
  assert.deepEqual(await type(['apps:create', 'haiku']), {
    code: 0,
    err: 'Creating ⬢ haiku... done\n',
    out: 'http://haiku.localhost:8080/ | https://localhost:5443/haiku.git\n',
  });
  assert.equal((await type(['apps'])).out, '=== ada@example.com Apps\n\nhaiku\n');
  assert.match((await type(['info', '-a', 'haiku'])).out, /^=== haiku\n\nDynos: +none\n/);
  assert.equal(
    (await type(['rename', 'tanka', '--app', 'haiku'])).err,
    'Renaming haiku to ⬢ tanka... done\n',
  );
  const refused = await type(['apps:destroy', '-a', 'tanka']);
  assert.equal(refused.code, 1);
  assert.equal(
    refused.err,
    ' ▸    To destroy tanka with all its data, repeat its name: --confirm tanka\n',
  );
  assert.equal((await type(['apps:destroy', '-a', 'tanka', '--confirm', 'tanka'])).code, 0);
  assert.equal((await type(['apps'])).out, 'You have no apps.\n');
});

test('config vars keep every character on their way in and out', async () => {
  const { type } = terminal();
  await type(['apps:create', 'haiku']);
  const nasty = 'a "quoted" $(id) `x` \\ \'y\' = ünïcode\nsecond line\t';
  const said = await type(['config:set', `NASTY=${nasty}`, 'PLAIN=1', '-a', 'haiku']);
  assert.equal(said.code, 0, said.err);
  assert.equal(said.err, 'Setting NASTY, PLAIN and restarting ⬢ haiku... done, v1\n');
  assert.equal((await type(['config:get', 'NASTY', '-a', 'haiku'])).out, `${nasty}\n`);
  assert.equal((await type(['config', '-s', '-a', 'haiku'])).out.includes('PLAIN=1\n'), true);
  assert.deepEqual(JSON.parse((await type(['config', '--json', '-a', 'haiku'])).out), {
    NASTY: nasty,
    PLAIN: '1',
  });
});

test('a value can come from stdin, so that it stands in no command line', async () => {
  const { type } = terminal();
  await type(['apps:create', 'haiku']);
  await type(['config:set', 'KEY=-', '-a', 'haiku'], 'line one\nline two\n');
  assert.equal((await type(['config:get', 'KEY', '-a', 'haiku'])).out, 'line one\nline two\n\n');
});

test('setting what is set already says that nothing changed and makes no release', async () => {
  const { type } = terminal();
  await type(['apps:create', 'haiku']);
  await type(['config:set', 'A=1', '-a', 'haiku']);
  const again = await type(['config:set', 'A=1', '-a', 'haiku']);
  assert.match(again.err, /done, nothing changed/);
  assert.doesNotMatch((await type(['releases', '-a', 'haiku'])).out, /v2/);
});

test('words that do not fit are told with the usage', async () => {
  const { type } = terminal();
  const cases = [
    [['config:set', 'A=1'], /Missing required flag app: --app APP/],
    [['config:set', '-a', 'haiku'], /Missing 1 required arg: FOO=bar/],
    [['apps:create', 'one', 'two'], /Unexpected argument: two/],
    [['apps', '--frob'], /Unknown option '--frob'/],
    [['logs', '-a', 'haiku', '-n', 'many'], /--num takes a whole number, not "many"/],
  ] as const;
  for (const [words, message] of cases) {
    const { code, err } = await type(words);
    assert.equal(code, 2, words.join(' '));
    assert.match(err, message);
    assert.match(err, /USAGE\n {2}\$ /);
  }
});

test('an unknown command suggests the nearest', async () => {
  const { type } = terminal();
  const { code, err } = await type(['aps:create']);
  assert.equal(code, 2);
  assert.match(err, /aps:create is not a command\. Did you mean apps:create\?/);
});

test('refusals are sentences with exit code 1, bugs an id with 70 and nothing of their insides', async () => {
  const { type, world, reported } = terminal();
  assert.deepEqual(await type(['info', '-a', 'nobody']), {
    code: 1,
    out: '',
    err: " ▸    Couldn't find that app.\n",
  });
  world.apps.list = () => {
    throw new Error('secret insides');
  };
  const bug = await type(['apps']);
  assert.equal(bug.code, 70);
  assert.match(bug.err, /Internal error.*bug-1/);
  assert.doesNotMatch(bug.err, /secret/);
  assert.equal(reported.length, 1);
});

test('help lists every command, and explains each one from its declaration', async () => {
  const { type } = terminal();
  const overview = (await type(['help'])).out;
  for (const { name } of COMMANDS) {
    assert.ok(overview.includes(name), name);
    const { code, out } = await type(['help', name]);
    assert.equal(code, 0);
    assert.match(out, new RegExp(`USAGE\\n {2}\\$ ${name}`));
  }
  assert.equal((await type(['ps:scale', '--help'])).out, (await type(['help', 'ps:scale'])).out);
});

test('no two commands share a name', () => {
  const names = COMMANDS.flatMap(({ name, aliases }) => [name, ...(aliases ?? [])]);
  assert.deepEqual(
    names.filter((name, index) => names.indexOf(name) !== index),
    [],
  );
});

test('scaling says what runs now, and rollback says where it went', async () => {
  const { type, world, actor } = terminal();
  await type(['apps:create', 'haiku']);
  const app = world.apps.info(actor, 'haiku').app;
  for (let n = 0; n < 2; n += 1) {
    const { release } = world.deploy(app, actor.account, { web: 'serve', worker: 'work' });
    world.releases.settle(release.id, { status: 'succeeded' });
  }
  const scaled = await type(['ps:scale', 'web=2', 'worker+1:standard-2x', '-a', 'haiku']);
  assert.equal(
    scaled.err,
    'Scaling dynos... done, now running web at 2:Standard-1X, worker at 1:Standard-2X\n',
  );
  assert.equal(
    (await type(['ps:scale', '-a', 'haiku'])).out,
    'web=2:Standard-1X worker=1:Standard-2X\n',
  );
  const wrong = await type(['ps:scale', 'clock=1', '-a', 'haiku']);
  assert.match(wrong.err, /Couldn't find that process type \(clock\)/);
  const rollback = type(['rollback', '-a', 'haiku']);
  world.releases.settle((world.store.ledger.pending(app.id)[0] ?? assert.fail()).id, {
    status: 'succeeded',
  });
  assert.equal((await rollback).err, 'Rolling back ⬢ haiku to v1... done, v3\n');
  assert.match(
    (await type(['releases', '-a', 'haiku'])).out,
    /=== haiku Releases - Current: v3\n\n v /,
  );
});
