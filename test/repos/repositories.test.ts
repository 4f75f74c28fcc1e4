import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { test, type TestContext } from 'node:test';
import { createId, type AppId } from '../../server/domain/ids.ts';
import { createRepos } from '../../server/repos/repositories.ts';

const LIMIT = { timeout: 30_000 };
const OWNER =
  process.getuid?.() === 0
    ? { uid: 65534, gid: 65534 }
    : { uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0 };

function createFixture(t: TestContext) {
  const dir = mkdtempSync(join(tmpdir(), 'monoku-repos-'));
  chmodSync(dir, 0o711);
  t.after(() => {
    rmSync(dir, { recursive: true, force: true });
  });
  const repos = createRepos({
    dir: join(dir, 'repos'),
    owner: OWNER,
    hookSocket: join(dir, 'hook'),
  });
  const copy = join(dir, 'copy');
  mkdirSync(copy);
  const git = (...args: readonly string[]): string =>
    execFileSync('git', ['-c', 'user.name=A', '-c', 'user.email=a@b', ...args], {
      cwd: copy,
      encoding: 'utf8',
      env: { PATH: '/usr/bin:/bin', HOME: copy, GIT_CONFIG_NOSYSTEM: '1' },
    }).trim();
  git('init', '-q', '-b', 'main');
  return { dir, repos, copy, git, app: createId<AppId>() };
}

type Fixture = ReturnType<typeof createFixture>;

/** Commits everything in the working copy and puts it into the app's repository. */
async function store({ repos, copy, git, app }: Fixture, message = 'One'): Promise<string> {
  git('add', '-A');
  git('commit', '-q', '--allow-empty', '-m', message);
  await repos.ensure(app);
  git('bundle', 'create', '-q', `${copy}.bundle`, 'main');
  execFileSync('git', ['fetch', '-q', `${copy}.bundle`, '+main:main'], {
    cwd: repos.path(app),
    env: { ...repos.env },
    ...(process.getuid?.() === 0 && OWNER),
  });
  return git('rev-parse', 'HEAD');
}

async function namesInArchive({ repos, app }: Fixture, commit: string): Promise<string[]> {
  const tar = await buffer(repos.archive({ app, commit }));
  const list = execFileSync('tar', ['-t', '--quoting-style=literal', '--null'], { input: tar });
  return list
    .toString()
    .split('\n')
    .filter((name) => name !== '');
}

test('a repository is bare, the owner’s, and made only once', LIMIT, async (t) => {
  const { repos, app } = createFixture(t);
  assert.equal(repos.exists(app), false);
  await Promise.all([repos.ensure(app), repos.ensure(app)]);
  assert.equal(repos.exists(app), true);
  assert.equal(statSync(join(repos.path(app), 'HEAD')).uid, OWNER.uid);
  assert.equal((await repos.refs(app)).size, 0);
  await repos.ensure(app);
  await repos.remove(app);
  assert.equal(repos.exists(app), false);
  await repos.remove(app);
});

test('nobody else on the machine can look into the repositories', LIMIT, (t) => {
  const { repos } = createFixture(t);
  assert.equal(statSync(repos.dir).mode & 0o007, 0);
});

test('refs are told with the commits they point to, and HEAD can be turned', LIMIT, async (t) => {
  const fixture = createFixture(t);
  const { repos, app } = fixture;
  const commit = await store(fixture);
  assert.deepEqual([...(await repos.refs(app))], [['refs/heads/main', commit]]);
  await repos.setHead(app, 'refs/heads/master');
  const head = execFileSync('cat', [join(repos.path(app), 'HEAD')]).toString();
  assert.equal(head, 'ref: refs/heads/master\n');
});

test('an archive holds odd names, links and modes as they are', LIMIT, async (t) => {
  const fixture = createFixture(t);
  const { copy, repos, app } = fixture;
  const names = ['white space', 'ünï', "quo'te", '-dash', '$(touch x)', 'a;b', '*'];
  for (const name of names) writeFileSync(join(copy, name), name);
  symlinkSync('/etc/passwd', join(copy, 'link'));
  writeFileSync(join(copy, 'run'), '#!/bin/sh\n', { mode: 0o755 });
  const commit = await store(fixture);
  assert.deepEqual(
    (await namesInArchive(fixture, commit)).sort(),
    [...names, 'link', 'run'].sort(),
  );
  const tar = await buffer(repos.archive({ app, commit }));
  const list = execFileSync('tar', ['-tv'], { input: tar }).toString();
  assert.match(list, /^lrwx.* link -> \/etc\/passwd$/m);
  assert.match(list, /^-rwxr-xr-x .* run$/m);
  assert.match(list, /^-rw-r--r-- .* white space$/m);
});

test(
  'what a repository says of itself leaves nothing out of an archive and writes nothing in',
  LIMIT,
  async (t) => {
    const fixture = createFixture(t);
    const { copy, repos, app } = fixture;
    writeFileSync(join(copy, '.gitattributes'), 'secret export-ignore\nversion export-subst\n');
    writeFileSync(join(copy, 'secret'), 'kept\n');
    writeFileSync(join(copy, 'version'), '$Format:%H$\n');
    const commit = await store(fixture);
    const tar = (await buffer(repos.archive({ app, commit }))).toString('latin1');
    assert.ok((await namesInArchive(fixture, commit)).includes('secret'));
    assert.match(tar, /\$Format:%H\$/);
  },
);

test('an archive of what is no commit errors instead of ending early', LIMIT, async (t) => {
  const fixture = createFixture(t);
  const { repos, app } = fixture;
  await store(fixture);
  const missing = repos.archive({ app, commit: 'a'.repeat(40) });
  await assert.rejects(buffer(missing), /git archive ended with 128/);
});

test(
  'the subject is the first line of the message, and only commits have one',
  LIMIT,
  async (t) => {
    const fixture = createFixture(t);
    const { repos, app, git } = fixture;
    const commit = await store(fixture, 'Grüße: first line\n\nand a body');
    assert.equal(await repos.subject({ app, commit }), 'Grüße: first line');
    const tree = git('rev-parse', 'HEAD^{tree}');
    assert.equal(await repos.subject({ app, commit: tree }), undefined);
    assert.equal(await repos.subject({ app, commit: 'b'.repeat(40) }), undefined);
  },
);

test('submodules are told with path, address and the commit that is pinned', LIMIT, async (t) => {
  const fixture = createFixture(t);
  const { copy, repos, app, git } = fixture;
  const pinned = 'c'.repeat(40);
  const modules =
    '[submodule "lib"]\n\tpath = vendor/the lib\n\turl = https://example.com/lib.git\n';
  writeFileSync(join(copy, '.gitmodules'), modules);
  git('update-index', '--add', '--cacheinfo', `160000,${pinned},vendor/the lib`);
  git('add', '.gitmodules');
  git('commit', '-q', '-m', 'Add a library');
  mkdirSync(join(copy, 'vendor/the lib'), { recursive: true });
  const commit = await store(fixture);
  assert.deepEqual(await repos.submodules({ app, commit }), [
    { path: 'vendor/the lib', url: 'https://example.com/lib.git', commit: pinned },
  ]);
});

test('a commit without .gitmodules, or with a broken one, has no submodules', LIMIT, async (t) => {
  const fixture = createFixture(t);
  const { copy, repos, app } = fixture;
  const plain = await store(fixture);
  assert.deepEqual(await repos.submodules({ app, commit: plain }), []);
  writeFileSync(join(copy, '.gitmodules'), '[submodule "x\n');
  const broken = await store(fixture);
  assert.deepEqual(await repos.submodules({ app, commit: broken }), []);
});
