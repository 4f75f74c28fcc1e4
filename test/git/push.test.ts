import assert from 'node:assert/strict';
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { lines, OWNER, startAppliance } from './appliance.ts';
import { createFolder, createWorkingCopy, runGit, startGit } from './client.ts';

const LIMIT = { timeout: 30_000 };

test('a push to main is deployed, shown, and can be cloned', LIMIT, async (t) => {
  const appliance = await startAppliance(t);
  const copy = await createWorkingCopy(t);
  const commit = await copy.must('rev-parse', 'HEAD');
  const push = await copy.git('push', appliance.url, 'main');
  assert.equal(push.code, 0, push.shown);
  assert.match(push.shown, /remote: -----> Building/);
  assert.match(push.shown, /\[new branch\] +main -> main/);
  const [received] = appliance.received;
  assert.equal(received?.commit, commit);
  assert.equal(received.description, 'Say hello');
  assert.equal(received.pusher, 'ann@example.com');
  assert.match(received.tar.toString('latin1'), /hello\.txt/);
  const folder = createFolder(t);
  const clone = await runGit(folder, ['clone', '-q', appliance.url, 'clone']);
  assert.equal(clone.code, 0, clone.shown);
  assert.equal((await runGit(`${folder}/clone`, ['rev-parse', 'HEAD'])).shown.trim(), commit);
  assert.deepEqual(appliance.failures, []);
});

test('the pusher reads the build while it runs', LIMIT, async (t) => {
  const appliance = await startAppliance(t);
  const copy = await createWorkingCopy(t);
  const seen = Promise.withResolvers<boolean>();
  appliance.onDeploy = () => ({ output: lines('-----> First line'), succeeded: seen.promise });
  const push = startGit(copy.dir, ['push', appliance.url, 'main']);
  push.stderr.on('data', (text: Buffer) => {
    if (text.toString().includes('First line')) seen.resolve(true);
  });
  const code = await new Promise((resolve) => push.once('close', resolve));
  assert.equal(code, 0);
});

test('a failed build refuses the push and moves no ref', LIMIT, async (t) => {
  const appliance = await startAppliance(t);
  const copy = await createWorkingCopy(t);
  appliance.onDeploy = () => ({
    output: lines(' !     No such module: left-pad'),
    succeeded: Promise.resolve(false),
  });
  const push = await copy.git('push', appliance.url, 'main');
  assert.equal(push.code, 1, push.shown);
  assert.match(push.shown, /remote: {2}! {5}No such module: left-pad/);
  assert.match(push.shown, /! \[remote rejected\] main -> main \(pre-receive hook declined\)/);
  assert.equal((await appliance.repos.refs(appliance.app.id)).size, 0);
});

test(
  'another branch is stored, and the pusher is told that it does not deploy',
  LIMIT,
  async (t) => {
    const appliance = await startAppliance(t);
    const copy = await createWorkingCopy(t);
    const push = await copy.git('push', appliance.url, 'main:feature');
    assert.equal(push.code, 0, push.shown);
    assert.match(push.shown, /Stored feature, which does not deploy: only main and master do\./);
    assert.match(push.shown, /git push heroku feature:main/);
    assert.equal(appliance.received.length, 0);
    const deletion = await copy.git('push', appliance.url, ':feature');
    assert.equal(deletion.code, 0, deletion.shown);
    assert.equal((await appliance.repos.refs(appliance.app.id)).size, 0);
  },
);

test('a commit that is deployed already moves the ref without a build', LIMIT, async (t) => {
  const appliance = await startAppliance(t);
  const copy = await createWorkingCopy(t);
  await copy.must('push', appliance.url, 'main');
  const again = await copy.git('push', appliance.url, 'main:master');
  assert.equal(again.code, 0, again.shown);
  assert.match(again.shown, /-----> [0-9a-f]{7} is already deployed as v1/);
  assert.equal(appliance.received.length, 1);
});

test('a clone checks out the branch that was deployed last', LIMIT, async (t) => {
  const appliance = await startAppliance(t);
  const copy = await createWorkingCopy(t);
  await copy.must('push', appliance.url, 'main');
  await copy.commit('hello.txt', 'new\n');
  await copy.must('push', appliance.url, 'main:master');
  const heads = await copy.must('ls-remote', '--symref', appliance.url, 'HEAD');
  assert.match(heads, /ref: refs\/heads\/master\tHEAD/);
});

test('history may be rewritten, and tags come along', LIMIT, async (t) => {
  const appliance = await startAppliance(t);
  const copy = await createWorkingCopy(t);
  await copy.must('push', appliance.url, 'main');
  await copy.must('commit', '--amend', '-m', 'Say it again');
  await copy.must('tag', '-a', 'v1', '-m', 'One');
  const plain = await copy.git('push', appliance.url, 'main');
  assert.equal(plain.code, 1, 'git itself asks for force');
  const forced = await copy.git('push', '--force', '--tags', appliance.url, 'main');
  assert.equal(forced.code, 0, forced.shown);
  assert.equal(appliance.received[1]?.description, 'Say it again');
  const refs = await appliance.repos.refs(appliance.app.id);
  assert.deepEqual([...refs.keys()], ['refs/heads/main', 'refs/tags/v1']);
});

test('an empty repository can be cloned, and a clone makes none', LIMIT, async (t) => {
  const appliance = await startAppliance(t);
  const folder = createFolder(t);
  const clone = await runGit(folder, ['clone', appliance.url, 'clone']);
  assert.equal(clone.code, 0, clone.shown);
  assert.match(clone.shown, /cloned an empty repository/);
  assert.equal(appliance.repos.exists(appliance.app.id), false);
});

test('over TLS a client that trusts our CA alone pushes and clones', LIMIT, async (t) => {
  const appliance = await startAppliance(t);
  const copy = await createWorkingCopy(t);
  const url = appliance.url.replace('http://', 'https://').replace('127.0.0.1', 'localhost');
  const env = { GIT_SSL_CAINFO: appliance.caFile };
  const push = await runGit(copy.dir, ['push', url, 'main'], env);
  assert.equal(push.code, 0, push.shown);
  const distrust = await runGit(copy.dir, ['ls-remote', url]);
  assert.notEqual(distrust.code, 0);
});

test('a push that is larger than a client’s buffer goes through whole', LIMIT, async (t) => {
  const appliance = await startAppliance(t);
  const copy = await createWorkingCopy(t);
  await copy.must('config', 'http.postBuffer', '65536');
  const noise = Array.from({ length: 60_000 }, () => Math.random().toString(36)).join('\n');
  await copy.commit('noise.txt', noise);
  const push = await copy.git('push', appliance.url, 'main');
  assert.equal(push.code, 0, push.shown);
  assert.ok((appliance.received[0]?.tar.length ?? 0) > noise.length);
});

test('git runs as the owner, and told nothing by the server’s environment', LIMIT, async (t) => {
  const appliance = await startAppliance(t);
  const copy = await createWorkingCopy(t);
  await copy.must('push', appliance.url, 'main');
  const path = appliance.repos.path(appliance.app.id);
  assert.equal(statSync(join(path, 'refs/heads/main')).uid, OWNER.uid);
  assert.equal(readFileSync(join(path, 'HEAD'), 'utf8'), 'ref: refs/heads/main\n');
  assert.deepEqual(
    Object.keys(appliance.repos.env).filter((name) => /PASS|TOKEN|KEY/.test(name)),
    [],
  );
});
