import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startAppliance } from './appliance.ts';
import { createFolder, createWorkingCopy, runGit } from './client.ts';

const LIMIT = { timeout: 30_000 };

test('a push to main is deployed, shown live, and can be cloned', LIMIT, async (t) => {
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
  assert.match(received.tar.toString('latin1'), /hello\.txt/);
  const folder = createFolder(t);
  const clone = await runGit(folder, ['clone', '-q', appliance.url, 'clone']);
  assert.equal(clone.code, 0, clone.shown);
  assert.equal((await runGit(`${folder}/clone`, ['rev-parse', 'HEAD'])).shown.trim(), commit);
  assert.deepEqual(appliance.failures, []);
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
    const refs = await appliance.repos.refs(appliance.app.id);
    assert.deepEqual([...refs.keys()], ['refs/heads/feature']);
  },
);
