import assert from 'node:assert/strict';
import { appendFile, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { createId, type AppId } from '../../server/domain/ids.ts';
import type { LogLine } from '../../server/domain/log-line.ts';
import { createLogs, type Logs } from '../../server/logs/logs.ts';

const ALL = { lines: 1500, filter: {} };

async function freshDir(t: TestContext): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), 'monoku-logs-'));
  t.after(() => rm(dir, { recursive: true, force: true }));
  return dir;
}

function logsIn(dir: string, budget?: number): Logs {
  const warn = (message: string, error: unknown): void => {
    throw new Error(message, { cause: error });
  };
  return createLogs({ dir, warn, ...(budget === undefined ? {} : { budget }) });
}

function line(appId: AppId, text: string, dyno = 'web.1'): LogLine {
  const source = dyno === 'router' ? 'heroku' : 'app';
  return { appId, time: new Date(1_700_000_000_000), source, dyno, text };
}

function texts(lines: readonly LogLine[]): string[] {
  return lines.map(({ text }) => text);
}

test('lines are read back in the order they were written, also after a restart', async (t) => {
  const dir = await freshDir(t);
  const app = createId<AppId>();
  const logs = logsIn(dir);
  for (let n = 0; n < 300; n += 1) logs.write(line(app, `line ${n}`));
  await logs.flush();
  const again = logsIn(dir);
  again.write(line(app, 'after the restart'));
  const read = texts(await again.tail(app, ALL));
  assert.equal(read.length, 301);
  assert.deepEqual(read.slice(-2), ['line 299', 'after the restart']);
  assert.deepEqual(texts(await again.tail(app, { lines: 2, filter: {} })), [
    'line 299',
    'after the restart',
  ]);
});

test('a filter shows a source, a process type or one dyno', async (t) => {
  const app = createId<AppId>();
  const logs = logsIn(await freshDir(t));
  logs.write(line(app, 'a', 'web.1'));
  logs.write(line(app, 'b', 'web.2'));
  logs.write(line(app, 'c', 'webhook.1'));
  logs.write(line(app, 'd', 'router'));
  const read = async (filter: { source?: 'app' | 'heroku'; dyno?: string }): Promise<string[]> =>
    texts(await logs.tail(app, { lines: 10, filter }));
  assert.deepEqual(await read({ dyno: 'web' }), ['a', 'b']);
  assert.deepEqual(await read({ dyno: 'web.2' }), ['b']);
  assert.deepEqual(await read({ source: 'heroku' }), ['d']);
});

test(
  'following gives history, then live lines, without a gap and without doubles',
  { timeout: 10_000 },
  async (t) => {
    const app = createId<AppId>();
    const logs = logsIn(await freshDir(t));
    const ended = new AbortController();
    let written = 0;
    const writeSome = (count: number): void => {
      for (let n = 0; n < count; n += 1) logs.write(line(app, String(written++)));
    };
    writeSome(50);
    const seen: string[] = [];
    const ticker = setInterval(() => {
      writeSome(7);
    }, 1);
    for await (const { text } of logs.follow(app, { ...ALL, signal: ended.signal })) {
      seen.push(text);
      if (seen.length === 500) ended.abort();
      if (seen.length >= 500) break;
    }
    clearInterval(ticker);
    await logs.flush();
    assert.deepEqual(
      seen,
      Array.from({ length: 500 }, (_, n) => String(n)),
    );
  },
);

test(
  'a slow reader loses the oldest lines and is told how many',
  { timeout: 10_000 },
  async (t) => {
    const app = createId<AppId>();
    const logs = logsIn(await freshDir(t));
    const ended = new AbortController();
    const stream = logs
      .follow(app, { lines: 0, filter: {}, signal: ended.signal })
      [Symbol.asyncIterator]();
    const first = stream.next();
    await logs.flush();
    for (let n = 0; n < 2000; n += 1) logs.write(line(app, String(n)));
    const { value } = (await first) as { value: LogLine };
    assert.match(
      value.text,
      /^Error L11 \(Tail buffer overflow\) -> This tail session dropped 976 messages since /,
    );
    assert.equal(((await stream.next()).value as LogLine).text, '976');
    ended.abort();
    await stream.return?.();
  },
);

test('history stays within its budget and keeps the newest lines', async (t) => {
  const dir = await freshDir(t);
  const app = createId<AppId>();
  const logs = logsIn(dir, 100_000);
  for (let n = 0; n < 100; n += 1) {
    for (let m = 0; m < 50; m += 1) logs.write(line(app, `${n}.${m} ${'x'.repeat(80)}`));
    await logs.flush();
  }
  const files = await readdir(join(dir, app));
  assert.ok(files.length <= 10, `${files.length} segments`);
  const read = texts(await logs.tail(app, { lines: 10_000, filter: {} }));
  assert.match(read.at(-1) ?? '', /^99\.49 /);
  assert.ok(read.length > 500 && read.length < 1500, String(read.length));
});

test('a line torn by a crash is left out and harms no later one', async (t) => {
  const dir = await freshDir(t);
  const app = createId<AppId>();
  const logs = logsIn(dir);
  logs.write(line(app, 'whole'));
  await logs.flush();
  await appendFile(join(dir, app, '00000001.log'), '2026-01-01T00:00:00.000Z\tapp\twe');
  const again = logsIn(dir);
  again.write(line(app, 'next'));
  assert.deepEqual(texts(await again.tail(app, ALL)), ['whole', 'next']);
});

test('a long line is cut into pieces of 10,000 bytes without tearing a character', async (t) => {
  const app = createId<AppId>();
  const logs = logsIn(await freshDir(t));
  logs.write(line(app, 'é'.repeat(12_000)));
  const read = texts(await logs.tail(app, ALL));
  assert.deepEqual(
    read.map((text) => Buffer.byteLength(text)),
    [10_000, 10_000, 4000],
  );
  assert.equal(read.join(''), 'é'.repeat(12_000));
});

test('apps do not see each other, and a forgotten app has no history', async (t) => {
  const dir = await freshDir(t);
  const [one, two] = [createId<AppId>(), createId<AppId>()];
  const logs = logsIn(dir);
  logs.write(line(one, 'of one'));
  logs.write(line(two, 'of two'));
  assert.deepEqual(texts(await logs.tail(one, ALL)), ['of one']);
  await logs.forget(one);
  assert.deepEqual(texts(await logs.tail(one, ALL)), []);
  assert.deepEqual(texts(await logs.tail(two, ALL)), ['of two']);
  assert.deepEqual(await readdir(dir), [two]);
});
