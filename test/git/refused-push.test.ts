import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startAppliance } from './appliance.ts';
import { createFolder, createWorkingCopy, openWorkingCopy, runGit } from './client.ts';

const LIMIT = { timeout: 30_000 };

test('deleting a deploy branch is refused with the reason', LIMIT, async (t) => {
  const appliance = await startAppliance(t);
  const copy = await createWorkingCopy(t);
  await copy.must('push', appliance.url, 'main');
  const push = await copy.git('push', appliance.url, ':main');
  assert.equal(push.code, 1);
  assert.match(
    push.shown,
    /! \[remote rejected\] main \(main and master deploy the app and cannot be deleted\)/,
  );
  assert.equal((await appliance.repos.refs(appliance.app.id)).size, 1);
});

test('one refused ref refuses the whole push, and nothing is built', LIMIT, async (t) => {
  const appliance = await startAppliance(t);
  const copy = await createWorkingCopy(t);
  const push = await copy.git('push', appliance.url, 'main', 'main:refs/notes/commits');
  assert.equal(push.code, 1);
  assert.match(push.shown, /main -> refs\/notes\/commits \(only branches and tags can be pushed\)/);
  assert.match(push.shown, /main -> main \(refused together with the rest of the push\)/);
  assert.equal(appliance.received.length, 0);
  assert.equal((await appliance.repos.refs(appliance.app.id)).size, 0);
});

test('main and master at different commits are refused together', LIMIT, async (t) => {
  const appliance = await startAppliance(t);
  const copy = await createWorkingCopy(t);
  await copy.commit('hello.txt', 'two\n');
  const push = await copy.git('push', appliance.url, 'main', 'main~1:refs/heads/master');
  assert.equal(push.code, 1);
  assert.match(
    push.shown,
    /main -> main \(main and master are different commits: push one of them\)/,
  );
  assert.equal(appliance.received.length, 0);
});

test('a shallow clone is refused and told how to become whole', LIMIT, async (t) => {
  const appliance = await startAppliance(t);
  const copy = await createWorkingCopy(t);
  await copy.commit('hello.txt', 'two\n');
  const folder = createFolder(t);
  await runGit(folder, ['clone', '-q', '--depth=1', `file://${copy.dir}`, 'shallow']);
  const shallow = openWorkingCopy(`${folder}/shallow`);
  const push = await shallow.git('push', appliance.url, 'main');
  assert.equal(push.code, 1, push.shown);
  assert.match(
    push.shown,
    /\(shallow update not allowed: run "git fetch --unshallow" and push again\)/,
  );
  await shallow.must('fetch', '-q', '--unshallow');
  const whole = await shallow.git('push', appliance.url, 'main');
  assert.equal(whole.code, 0, whole.shown);
});

test(
  'an annotated tag is no commit to deploy, and the pusher is told what is',
  LIMIT,
  async (t) => {
    const appliance = await startAppliance(t);
    const copy = await createWorkingCopy(t);
    await copy.must('tag', '-a', 'v1', '-m', 'One');
    const push = await copy.git('push', appliance.url, 'v1:refs/heads/main');
    assert.equal(push.code, 1);
    assert.match(push.shown, /Only a commit can be deployed\. Push a tag as "<tag>\^\{\}:main"\./);
    const peeled = await copy.git('push', appliance.url, 'v1^{}:refs/heads/main');
    assert.equal(peeled.code, 0, peeled.shown);
  },
);

test(
  'a stranger and a wrong name get the same answer; a wrong token asks again',
  LIMIT,
  async (t) => {
    const appliance = await startAppliance(t);
    const copy = await createWorkingCopy(t);
    const bob = encodeURIComponent('bob@example.com');
    const foreign = await copy.git('ls-remote', appliance.address(bob, 'x'));
    const unknown = await copy.git('ls-remote', appliance.address(bob, 'x', 'no-such-app'));
    assert.match(foreign.shown, /remote: Couldn't find that app\./);
    assert.equal(foreign.shown.replaceAll(appliance.app.name, 'no-such-app'), unknown.shown);
    const wrong = await copy.git('push', appliance.address('git', 'wrong'), 'main');
    assert.match(wrong.shown, /Authentication/);
    assert.equal(appliance.repos.exists(appliance.app.id), false);
  },
);
