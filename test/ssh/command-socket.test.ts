import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { test, type TestContext } from 'node:test';
import type { Actor } from '../../server/domain/account.ts';
import { openCommandSocket, type CommandSocketOptions } from '../../server/ssh/command-socket.ts';
import { createFrameReader, encodeFrame } from '../../server/ssh/frames.ts';

const CLIENT = join(import.meta.dirname, '..', '..', 'server', 'ssh', 'client.ts');

async function listen(t: TestContext, run: CommandSocketOptions['run']): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), 'monoku-socket-'));
  const path = join(dir, 'admin');
  const report = (error: unknown): void => {
    throw error;
  };
  const socket = await openCommandSocket({
    path,
    mode: 0o600,
    actor: () => ({}) as Actor,
    run,
    report,
  });
  t.after(async () => {
    await socket.close();
    await rm(dir, { recursive: true, force: true });
  });
  return path;
}

async function exitCode(child: ChildProcess): Promise<unknown> {
  const [code] = (await once(child, 'close')) as unknown[];
  return code;
}

function client(path: string, ...words: string[]) {
  return spawn(process.execPath, [CLIENT, path, ...words], { stdio: ['pipe', 'pipe', 'pipe'] });
}

test('words, streams and exit code go through unchanged', { timeout: 20_000 }, async (t) => {
  const path = await listen(t, async (words, session) => {
    session.out(JSON.stringify(words));
    session.err(`to stderr: ${await text(session.stdin)}`);
    return 42;
  });
  const words = ['a b', '', "it's", '$(id)', 'two\nlines', 'ünï'];
  const child = client(path, ...words);
  child.stdin.end('from stdin');
  const [out, err, code] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    exitCode(child),
  ]);
  assert.deepEqual(JSON.parse(out), words);
  assert.equal(err, 'to stderr: from stdin');
  assert.equal(code, 42);
});

test(
  'what is typed after the end of a command is no failure of it',
  { timeout: 20_000 },
  async (t) => {
    const path = await listen(t, (_words, session) => {
      session.stdin.resume();
      return Promise.resolve(7);
    });
    const child = client(path, 'apps');
    child.stdin.on('error', () => undefined);
    const type = (): void => {
      while (child.stdin.writable && child.stdin.write('more\n'.repeat(1000)));
    };
    child.stdin.on('drain', type);
    type();
    const [err, code] = await Promise.all([text(child.stderr), exitCode(child)]);
    assert.deepEqual({ err, code }, { err: '', code: 7 });
  },
);

test('a command is told when its person has gone', { timeout: 20_000 }, async (t) => {
  const gone = Promise.withResolvers<string>();
  const path = await listen(t, async (_words, session) => {
    session.out('waiting');
    await once(session.signal, 'abort');
    gone.resolve('gone');
    return 0;
  });
  const child = client(path, 'logs', '-t');
  await once(child.stdout, 'data');
  child.kill('SIGKILL');
  assert.equal(await gone.promise, 'gone');
});

test('a large output arrives whole', { timeout: 30_000 }, async (t) => {
  const line = `${'x'.repeat(1023)}\n`;
  const path = await listen(t, async (_words, session) => {
    for (let n = 0; n < 20_000; n += 1) {
      session.out(line);
      await session.drained();
    }
    return 0;
  });
  const child = client(path, 'builds:output');
  child.stdin.end();
  const [out] = await Promise.all([text(child.stdout), once(child, 'close')]);
  assert.equal(out.length, 20_000 * 1024);
});

test('without an appliance the client says how to start one', { timeout: 20_000 }, async () => {
  const child = client(join(tmpdir(), 'no-such-socket'), 'apps');
  const [err, code] = await Promise.all([text(child.stderr), exitCode(child)]);
  assert.match(err, /Monoku is not running here\. Start it with: sudo scripts\/up/);
  assert.equal(code, 75);
});

test('frames come out whole however the bytes are cut', () => {
  const bytes = Buffer.concat([
    encodeFrame('o', 'one'),
    encodeFrame('e'),
    encodeFrame('r', 'ü'.repeat(1000)),
  ]);
  for (const size of [1, 2, 3, 7, 1000, bytes.length]) {
    const read = createFrameReader();
    const frames = [];
    for (let at = 0; at < bytes.length; at += size)
      frames.push(...read(bytes.subarray(at, at + size)));
    assert.deepEqual(
      frames.map(({ type, payload }) => [type, payload.toString()]),
      [
        ['o', 'one'],
        ['e', ''],
        ['r', 'ü'.repeat(1000)],
      ],
    );
  }
});
