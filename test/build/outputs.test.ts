import assert from 'node:assert/strict';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { createBuildOutputs, type BuildOutputs } from '../../server/build/outputs.ts';
import { createId, type BuildId } from '../../server/domain/ids.ts';

const never = new AbortController().signal;

async function folder(t: TestContext): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), 'monoku-outputs-'));
  t.after(() => rm(dir, { recursive: true }));
  return dir;
}

async function setUp(t: TestContext, limit = 1000) {
  const dir = await folder(t);
  return { dir, limit, build: createId<BuildId>(), outputs: createBuildOutputs({ dir, limit }) };
}

async function text(follow: AsyncIterable<Buffer>): Promise<string> {
  let words = '';
  for await (const chunk of follow) words += chunk.toString();
  return words;
}

function say(outputs: BuildOutputs, build: BuildId, words: string): void {
  outputs.append(build, Buffer.from(words));
}

test(
  'a follower hears everything from the first byte, whenever it comes',
  { timeout: 5000 },
  async (t) => {
    const { outputs, build } = await setUp(t);
    const early = text(outputs.follow(build, never));
    say(outputs, build, 'one ');
    const middle = text(outputs.follow(build, never));
    say(outputs, build, 'two ');
    await new Promise(setImmediate);
    say(outputs, build, 'three');
    outputs.end(build);
    const late = text(outputs.follow(build, never));
    assert.deepEqual(await Promise.all([early, middle, late]), Array(3).fill('one two three'));
  },
);

test('a follower is told of text as it is written', { timeout: 5000 }, async (t) => {
  const { outputs, build } = await setUp(t);
  const follower = outputs.follow(build, never);
  for (const word of ['-----> Node.js', ' app', ' detected\n']) {
    const next = follower.next();
    say(outputs, build, word);
    assert.equal(String((await next).value), word);
  }
  await follower.return();
});

test('followers of one build hear nothing of another', { timeout: 5000 }, async (t) => {
  const { outputs, build } = await setUp(t);
  const other = createId<BuildId>();
  const both = [build, other].map((id) => text(outputs.follow(id, never)));
  say(outputs, build, 'mine');
  say(outputs, other, 'theirs');
  outputs.end(build);
  outputs.end(other);
  assert.deepEqual(await Promise.all(both), ['mine', 'theirs']);
});

test(
  'a follower that goes away ends quietly, and the output goes on',
  { timeout: 5000 },
  async (t) => {
    const { outputs, build } = await setUp(t);
    const gone = new AbortController();
    const follower = outputs.follow(build, gone.signal);
    const next = follower.next();
    say(outputs, build, 'before');
    await next;
    const waiting = follower.next();
    gone.abort();
    assert.equal((await waiting).done, true);
    say(outputs, build, ' after');
    assert.equal(String(await outputs.read(build)), 'before after');
  },
);

test('text after the end is dropped', async (t) => {
  const { outputs, build } = await setUp(t);
  say(outputs, build, 'done');
  outputs.end(build);
  say(outputs, build, ' and dusted');
  assert.equal(String(await outputs.read(build)), 'done');
});

test('a build that printed nothing has an empty output', { timeout: 5000 }, async (t) => {
  const { outputs, build } = await setUp(t);
  assert.equal(String(await outputs.read(build)), '');
  assert.equal(outputs.ended(build), false);
  outputs.end(build);
  assert.equal(await text(outputs.follow(build, never)), '');
});

test(
  'after a crash an output without an end can be read, gone on with and ended',
  { timeout: 5000 },
  async (t) => {
    const { dir, limit, outputs, build } = await setUp(t);
    say(outputs, build, 'first life, ');
    const restarted = createBuildOutputs({ dir, limit });
    assert.equal(restarted.ended(build), false);
    assert.equal(String(await restarted.read(build)), 'first life, ');
    const follower = text(restarted.follow(build, never));
    say(restarted, build, 'second life');
    restarted.end(build);
    assert.equal(await follower, 'first life, second life');
    assert.equal(createBuildOutputs({ dir, limit }).ended(build), true);
  },
);

test('a flood keeps its newest part and says that the beginning is gone', async (t) => {
  const { dir, outputs, build } = await setUp(t, 1000);
  for (let line = 0; line < 1000; line++) say(outputs, build, `line ${String(line)}\n`);
  const kept = String(await outputs.read(build));
  const [first, ...lines] = kept.trimEnd().split('\n');
  assert.match(first ?? '', /^ ! {5}The beginning of this output is gone/);
  assert.equal(lines.at(-1), 'line 999');
  const numbers = lines.map((line) => Number(line.slice('line '.length)));
  assert.deepEqual(
    numbers,
    numbers.map((_, index) => (numbers[0] ?? 0) + index),
    'what is kept has no gap',
  );
  const bytes = kept.length - (first?.length ?? 0) - 1;
  assert.ok(bytes >= 500 && bytes <= 1000, `${String(bytes)} bytes are kept of 1000`);
  assert.equal((await readdir(join(dir, build))).length, 2);
});

test(
  'a slow follower of a flood is told that it missed something',
  { timeout: 5000 },
  async (t) => {
    const { outputs, build } = await setUp(t, 1000);
    const follower = outputs.follow(build, never);
    say(outputs, build, 'begin\n');
    assert.equal(String((await follower.next()).value), 'begin\n');
    for (let line = 0; line < 1000; line++) say(outputs, build, `line ${String(line)}\n`);
    outputs.end(build);
    const rest = await text(follower);
    assert.match(rest, /^ ! {5}The beginning of this output is gone/);
    assert.match(rest, /line 999\n$/);
  },
);

test(
  'a follower reads on over the border of two files without loss',
  { timeout: 5000 },
  async (t) => {
    const { outputs, build } = await setUp(t, 1000);
    const lines = Array.from({ length: 60 }, (_, index) => `line number ${String(index)}\n`);
    const follower = text(outputs.follow(build, never));
    for (const line of lines) {
      say(outputs, build, line);
      await new Promise(setImmediate);
    }
    outputs.end(build);
    assert.equal(await follower, lines.join(''));
  },
);
