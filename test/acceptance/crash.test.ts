import assert from 'node:assert/strict';
import { randomInt } from 'node:crypto';
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, suite, test } from 'node:test';
import { eventually, freshName, startAppliance, type Appliance } from '../support/appliance.ts';
import { startPush, type RunningPush } from '../support/running-push.ts';
import {
  checkBooks,
  currentCommit,
  noBuildRemains,
  onlyDynosOf,
  readBooks,
  settledBooks,
  type Books,
} from '../support/standing.ts';
import { workingCopy, type WorkingCopy } from '../support/working-copy.ts';

/** What the pusher reads on the road, from git's first word to the last. */
const MARKS = [
  /Node\.js app detected/,
  /-----> Installing/,
  /-----> Build/,
  /-----> Compressing/,
  /-----> Launching/,
  /Released v/,
];
/** Kills after each mark, and before any. */
const KILLS_EACH = 2;
/** The longest time in milliseconds from a mark to its kill. */
const LATEST = 1200;

const seed = randomInt(2 ** 31);

/** Everything is killed, cut off, stopped and called off in the middle; the tests build on each other. */
suite(
  `the road from push to page, interrupted (seed ${String(seed)})`,
  { timeout: 1_500_000 },
  () => {
    const app = freshName('storm');
    const guest = freshName('guest');
    const pick = createPick(seed);
    /** Commit → its page. */
    const pages = new Map<string, string>();
    /** Taken down again, however far it came. */
    const opened = new AsyncDisposableStack();
    let monoku: Appliance;
    let copy: WorkingCopy;
    let visitor: WorkingCopy;

    before(async () => {
      monoku = await startAppliance({ MONOKU_BUILDS_AT_ONCE: '1' });
      opened.defer(() => monoku.destroy());
      [copy, visitor] = await Promise.all([appCopy(app), appCopy(guest)]);
      for (const each of [copy, visitor]) {
        await change(each);
        await mustPush(each);
      }
    });

    after(async () => {
      await opened.disposeAsync();
    });

    async function appCopy(name: string): Promise<WorkingCopy> {
      await monoku.mustMonoku('apps:create', name);
      const made = await workingCopy();
      opened.defer(() => made.remove());
      await made.git('remote', 'add', 'heroku', monoku.remote(name));
      return made;
    }

    /** Commits a new page, whose build takes this many seconds longer than it must. */
    async function change(where: WorkingCopy, buildSeconds = 0): Promise<string> {
      const text = freshName('page');
      const scripts = { start: 'node server.js', build: `sleep ${String(buildSeconds)}` };
      await where.write('package.json', JSON.stringify({ name: 'storm', scripts }));
      await where.write('server.js', server(text));
      const commit = await where.commit(text);
      pages.set(commit, text);
      return commit;
    }

    async function mustPush(where: WorkingCopy): Promise<void> {
      const { code, text } = await startPush(where).ended;
      assert.equal(code, 0, text);
    }

    async function building(where: WorkingCopy, seconds: number): Promise<RunningPush> {
      await change(where, seconds);
      const push = startPush(where);
      await push.shows(/sleep/);
      return push;
    }

    async function up(): Promise<void> {
      const { code, stdout, stderr } = await monoku.up();
      assert.equal(code, 0, stdout + stderr);
    }

    async function kill(name: 'server' | 'router' | 'redis'): Promise<void> {
      process.kill(await monoku.pid(name), 'SIGKILL');
    }

    /** Everything has come to an end, the books are right, and the page is that of the current release. */
    async function allIsWell(): Promise<Books> {
      const books = await settledBooks(monoku, app);
      checkBooks(books);
      const page = pages.get(currentCommit(books) ?? '');
      const current = books.releases.find(({ status }) => status === 'succeeded');
      await eventually(
        `the page of v${String(current?.version)}`,
        async () => (await monoku.get(app)).body === page,
      );
      await noBuildRemains(monoku);
      assert.ok(current);
      await onlyDynosOf(monoku, { app: current.appId, release: current.id });
      return books;
    }

    async function killedAfter(mark: RegExp | null, delay: number): Promise<void> {
      const commit = await change(copy);
      const earlier = (await readBooks(monoku, app)).builds.length;
      const push = startPush(copy);
      if (mark) await push.shows(mark);
      await new Promise((wait) => setTimeout(wait, delay));
      await kill('server');
      const { code, text } = await push.ended;
      await up();
      const books = await allIsWell();
      assert.ok(books.builds.length <= earlier + 1, 'a push is built once');
      if (mark) assert.equal(books.builds[0]?.sourceVersion, commit, text);
      if (code === 0) assert.equal(currentCommit(books), commit, `acknowledged and lost:\n${text}`);
    }

    for (const mark of [null, ...MARKS]) {
      for (let nth = 0; nth < KILLS_EACH; nth += 1) {
        const delay = Math.round(pick() * LATEST);
        const moment = mark ? `"${mark.source}"` : 'the push began';
        test(`the server is killed ${String(delay)} ms after ${moment}`, () =>
          killedAfter(mark, delay));
      }
    }

    test('after all that, a push goes through as ever', async () => {
      const commit = await change(copy);
      await mustPush(copy);
      assert.equal(currentCommit(await allIsWell()), commit);
    });

    test('a build that was asked for, but had not begun, runs after a restart', async () => {
      const running = await building(copy, 600);
      const commit = await change(visitor);
      const waiting = startPush(visitor);
      await eventually('the second build', async () =>
        (await readBooks(monoku, guest)).builds.some(({ status }) => status === 'pending'),
      );
      await kill('server');
      await Promise.all([running.ended, waiting.ended]);
      await up();
      const books = await settledBooks(monoku, guest);
      checkBooks(books);
      assert.equal(currentCommit(books), commit);
      const [interrupted] = (await allIsWell()).builds;
      assert.match(interrupted?.failure ?? '', /restarted during the build/);
    });

    test('Redis may be killed and lose everything while builds run and wait', async () => {
      const running = await building(copy, 8);
      await change(visitor);
      const waiting = startPush(visitor);
      await eventually('the second build', async () =>
        (await readBooks(monoku, guest)).builds.some(({ status }) => status === 'pending'),
      );
      await kill('redis');
      const data = join(monoku.home, 'redis');
      for (const name of await readdir(data)) await rm(join(data, name), { recursive: true });
      await up();
      for (const { code, text } of await Promise.all([running.ended, waiting.ended])) {
        assert.equal(code, 0, text);
      }
      await allIsWell();
    });

    test('a build goes on to its end when its pusher is gone, and can be read later', async () => {
      const push = await building(copy, 3);
      push.kill();
      await push.ended;
      const output = await monoku.mustMonoku('builds:output', '-a', app);
      assert.match(output, /Node\.js app detected[^]*-----> Launching[^]*Released v\d+/);
      const books = await allIsWell();
      assert.equal(currentCommit(books), await head(copy));
      await eventually('the branch', async () =>
        (await copy.git('ls-remote', 'heroku', 'master')).startsWith(await head(copy)),
      );
    });

    test('a second push to an app is told of the first, and neither loses anything', async () => {
      const first = await building(copy, 5);
      const built = await head(copy);
      const late = await change(copy);
      const second = await startPush(copy).ended;
      assert.equal(second.code, 1, second.text);
      assert.match(second.text, /is pushing to this app since \d+ s: try again later/);
      assert.equal((await first.ended).code, 0);
      assert.equal(currentCommit(await allIsWell()), built);
      await mustPush(copy);
      assert.equal(currentCommit(await allIsWell()), late);
    });

    test('a cancelled build stops at once, and its pusher reads why', async () => {
      const serving = currentCommit(await readBooks(monoku, app));
      const push = await building(copy, 600);
      await monoku.mustMonoku('builds:cancel', '-a', app);
      const { code, text } = await push.ended;
      assert.equal(code, 1);
      assert.match(text, /Build cancelled by admin@localhost/);
      const books = await allIsWell();
      assert.match(books.builds[0]?.failure ?? '', /^Build cancelled by admin@localhost/);
      assert.equal(currentCommit(books), serving);
    });

    test('a server that is told to stop does not wait for a build, and the build ends as failed', async () => {
      const push = await building(copy, 600);
      const server = await monoku.pid('server');
      process.kill(server, 'SIGTERM');
      await eventually('the end of the server', () => Promise.resolve(!isAlive(server)), 30);
      assert.equal((await push.ended).code, 1);
      await up();
      const [stopped] = (await allIsWell()).builds;
      assert.match(stopped?.failure ?? '', /restarted during the build/);
    });

    test('a router that is killed comes back with the next scripts/up', async () => {
      const page = (await monoku.get(app)).body;
      const asking = Array.from({ length: 50 }, () => monoku.get(app).catch(() => null));
      await kill('router');
      await Promise.all(asking);
      await up();
      assert.equal((await monoku.get(app)).body, page);
    });

    test('an app destroyed in the middle of its build leaves nothing, and its pusher reads why', async () => {
      const push = await building(visitor, 600);
      await monoku.mustMonoku('apps:destroy', '-a', guest, '--confirm', guest);
      const { code, text } = await push.ended;
      assert.equal(code, 1);
      assert.match(text, /destroyed/);
      await allIsWell();
    });

    test('an app destroyed in the middle of its release leaves nothing, and its pusher reads why', async () => {
      const appId = (await readBooks(monoku, app)).releases[0]?.appId ?? '';
      await change(copy);
      const push = startPush(copy);
      await push.shows(/Launching/);
      await monoku.mustMonoku('apps:destroy', '-a', app, '--confirm', app);
      const { code, text } = await push.ended;
      assert.equal(code, 1, text);
      assert.match(text, /destroyed/);
      await noBuildRemains(monoku);
      await onlyDynosOf(monoku, { app: appId, release: null });
      for (const folder of ['repos', 'cache', 'logs']) {
        const kept = (await readdir(join(monoku.home, folder))).filter((name) =>
          /^[0-9a-f]{8}-/.test(name),
        );
        assert.deepEqual(kept, [], folder);
      }
    });
  },
);

function server(text: string): string {
  return `require('node:http').createServer((_, response) => response.end(${JSON.stringify(text)}))
  .listen(process.env.PORT);\n`;
}

async function head(copy: WorkingCopy): Promise<string> {
  return (await copy.git('rev-parse', 'HEAD')).trim();
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

/** mulberry32: numbers below 1, the same for the same seed. */
function createPick(start: number): () => number {
  let state = start;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
