import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, suite, test } from 'node:test';
import { text } from 'node:stream/consumers';
import { once } from 'node:events';
import type { Readable } from 'node:stream';
import { engineFixture } from '../support/docker-engine.ts';
import { dynoBench } from '../support/dynos.ts';

const fixture = await engineFixture();
after(() => fixture.close());
const { engine } = fixture;
const slug = fixture.slugs.add({ 'show.pl': 'print "<$ENV{$_}>\\n" for @ARGV;' });
const dynos = dynoBench(engine, slug);

async function show(env: Record<string, string>): Promise<string> {
  const { stdout } = await dynos.run(`perl show.pl ${Object.keys(env).join(' ')}`, { env });
  return stdout.join('\n');
}

suite('how a dyno boots', { timeout: 180_000, concurrency: 2 }, () => {
  test('every value arrives as it was set', async () => {
    const env = {
      QUOTES: `'single' "double" \`back\``,
      DOLLARS: '$HOME $(id) ${PATH} $$',
      LINES: 'one\ntwo\n\nfour\n',
      BLANKS: '  two  \t tab  ',
      EMPTY: '',
      UNICODE: 'größe 🚂 \u2028',
      BACKSLASH: 'a\\b\\n\\',
      EQUALS: '=a=b=',
      STAR: '* ? [a-z]',
      LONG: 'x'.repeat(60_000),
      pair: 'lower case',
    };
    const expected = Object.values(env).map((value) => `<${value}>`);
    assert.equal(await show(env), expected.join('\n'));
  });

  test('variables that bash looks at do not break the boot', async () => {
    const env = { POSIXLY_CORRECT: '1', UID: '5', IFS: ':', TMOUT: '1', BASH_ENV: '/none', A: 'b' };
    const { code, stdout } = await dynos.run('perl show.pl A TMOUT POSIXLY_CORRECT', { env });
    assert.deepEqual({ code, stdout }, { code: 0, stdout: ['<b>', '<1>', '<1>'] });
  });

  test('it starts in /app, its home, with a name of its own', async () => {
    const { dyno } = await dynos.start('pwd; echo $HOME; hostname; echo ready; sleep 100');
    await dynos.line(dyno, dyno);
    await dynos.line(dyno, '/app');
    await engine.stop(dyno, 5);
  });

  test('PORT is a web dyno’s alone, and no config var changes it', async () => {
    const env = { PORT: '99' };
    const { dyno, endpoint } = await dynos.start('echo "<$PORT>"', { env, type: 'web' });
    await dynos.line(dyno, `<${String(endpoint?.port)}>`);
    await engine.stop(dyno, 5);
    assert.deepEqual((await dynos.run('echo "<$PORT>"')).stdout, ['<>']);
  });

  test('.profile.d, then .profile, then the command, in one environment', async () => {
    const scripted = fixture.slugs.add({
      '.profile.d/a.sh': 'export TRACE="$FROM_CONFIG a"; false',
      '.profile.d/b.sh': 'export TRACE="$TRACE b($#)"; set -u',
      '.profile.d/c.txt': 'export TRACE="$TRACE never"',
      '.profile': 'export TRACE="$TRACE profile"',
    });
    const changes = { slug: scripted, env: { FROM_CONFIG: 'config' } };
    const { stdout } = await dynos.run('echo $TRACE', changes);
    assert.deepEqual(stdout, ['config a b(0) profile']);
  });

  test('a command is a line of bash', async () => {
    const { code, stdout } = await dynos.run(
      'x=1; [[ $x == 1 ]] && echo "it is $x" | tr i I; exit 5',
    );
    assert.deepEqual({ code, stdout }, { code: 5, stdout: ['It Is 1'] });
  });

  test('a command that begins with a dash is a command', async () => {
    const { code, stderr } = await dynos.run('-x');
    assert.equal(code, 127);
    assert.match(stderr.join(), /-x: command not found/);
  });

  test('SIGTERM reaches grandchildren, and all of them may say good-bye', async () => {
    const child = 'bash -c \'trap "echo inner; exit" TERM; echo up; while :; do sleep 0.1; done\'';
    const command = `${child} & trap 'echo outer; wait; exit 3' TERM; wait`;
    const { dyno } = await dynos.start(command);
    await dynos.line(dyno, 'up');
    const seen = dynos.lines(dyno);
    const ending = await engine.stop(dyno, 10);
    assert.deepEqual([ending?.exit.code, ending?.forced], [3, false]);
    // bash itself remarks that its `sleep` was terminated
    const words = (await seen).filter((line) => line !== 'Terminated');
    assert.deepEqual(words.sort(), ['inner', 'outer', 'up']);
  });

  test('the dyno trusts whom its machine trusts', async () => {
    const { stdout } = await dynos.run('wc -c <$SSL_CERT_FILE; echo $NODE_EXTRA_CA_CERTS');
    const bundle = '/etc/ssl/certs/ca-certificates.crt';
    assert.deepEqual(stdout, [String(readFileSync(bundle).length), bundle]);
  });
});

suite('one-offs', { timeout: 120_000, concurrency: 2 }, () => {
  const oneOff = { type: 'run', role: 'one-off' } as const;

  test('a terminal has the size it was asked for from the first moment on', async () => {
    const tty = { columns: 132, rows: 43 };
    const { stream, stderr, exit } = await engine.attach(
      dynos.spec('stty size; [ -t 0 ] && [ -t 1 ] && echo terminal', { ...oneOff, tty }),
    );
    assert.equal(stderr, null);
    assert.equal(await text(stream), '43 132\r\nterminal\r\n');
    assert.equal((await exit).code, 0);
  });

  test('a terminal can be typed at, interrupted and resized', async () => {
    const tty = { columns: 80, rows: 24 };
    const spec = dynos.spec('bash --norc', { ...oneOff, tty });
    const { stream, resize, exit } = await engine.attach(spec);
    let seen = '';
    stream.on('data', (chunk: Buffer) => (seen += chunk.toString()));
    const until = async (words: string, after = 0): Promise<void> => {
      while (!seen.includes(words, after)) await once(stream, 'data');
    };
    await until('$ ');
    stream.write('tr a-z A-Z\n');
    await until('A-Z\r\n');
    stream.write('hello\n');
    // what answers is there to be interrupted
    await until('HELLO');
    stream.write('\u0003');
    await until('^C');
    await until('$ ', seen.lastIndexOf('^C'));
    await resize({ columns: 100, rows: 30 });
    stream.write('stty size; exit 6\n');
    await until('30 100');
    assert.equal((await exit).code, 6);
  });

  test('without a terminal both outputs are apart, and the end of input is told', async () => {
    const spec = dynos.spec('wc -c; echo problem >&2; exit 4', oneOff);
    const { stream, stderr, exit } = await engine.attach(spec);
    const outputs = Promise.all([text(stream), text(stderr as Readable)]);
    stream.end(Buffer.alloc(5 * 1024 ** 2));
    assert.deepEqual(await outputs, ['5242880\n', 'problem\n']);
    assert.equal((await exit).code, 4);
  });

  test('a signal reaches all of it', async () => {
    const spec = dynos.spec('(sleep 100; true) & echo ready; wait', oneOff);
    const { stream, signal, exit } = await engine.attach(spec);
    await once(stream, 'data');
    await signal('SIGHUP');
    assert.equal((await exit).code, 129);
  });

  test('what it printed is not kept, and asking for it is no fault', async () => {
    const spec = dynos.spec('echo secret', oneOff);
    const { stream, exit } = await engine.attach(spec);
    await text(stream);
    await exit;
    assert.deepEqual(await dynos.lines(spec.dyno), []);
    assert.equal((await engine.stop(spec.dyno, 1))?.exit.code, 0);
  });
});
