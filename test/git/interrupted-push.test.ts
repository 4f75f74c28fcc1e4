import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { test } from 'node:test';
import { lines, startAppliance, type Appliance } from './appliance.ts';
import { createWorkingCopy, killGit, startGit } from './client.ts';
import { NO_ID } from '../../server/git/command-list.ts';
import { encodePacket, FLUSH } from '../../server/git/pkt-line.ts';

const LIMIT = { timeout: 30_000 };

/** Resolves once `probe` finds what it looks for; there is no event that a client could await. */
async function eventually(probe: () => Promise<boolean>): Promise<void> {
  while (!(await probe())) await delay(20);
}

async function startPush(appliance: Appliance, ref: string): Promise<Socket> {
  const { username, password } = new URL(appliance.url);
  const socket = connect(appliance.port, '127.0.0.1');
  await once(socket, 'connect');
  socket.write(
    `POST /${appliance.app.name}.git/git-receive-pack HTTP/1.1\r\nHost: x\r\n` +
      `Authorization: Basic ${btoa(`${username}:${password}`)}\r\nContent-Length: 1000000\r\n\r\n`,
  );
  const command = `${NO_ID} ${'a'.repeat(40)} ${ref}\0report-status`;
  socket.write(
    Buffer.concat([encodePacket(command), FLUSH, Buffer.from('PACK\0\0\0\x02\0\0\0\x01')]),
  );
  return socket;
}

test('a client that leaves in the middle of its pack leaves nothing behind', LIMIT, async (t) => {
  const appliance = await startAppliance(t);
  const copy = await createWorkingCopy(t);
  const socket = await startPush(appliance, 'refs/heads/main');
  await eventually(async () => {
    const { shown } = await copy.git('push', appliance.url, 'main:probe');
    return shown.includes('ann@example.com is pushing to this app');
  });
  socket.destroy();
  await eventually(async () => (await copy.git('push', appliance.url, 'main')).code === 0);
  assert.deepEqual([...(await appliance.repos.refs(appliance.app.id)).keys()], ['refs/heads/main']);
  assert.deepEqual(appliance.failures, []);
});

test('a second push is refused at once and named the first, which goes on', LIMIT, async (t) => {
  const appliance = await startAppliance(t);
  const copy = await createWorkingCopy(t);
  const building = Promise.withResolvers<undefined>();
  const release = Promise.withResolvers<boolean>();
  appliance.onDeploy = () => {
    building.resolve(undefined);
    return { output: lines('-----> Building'), succeeded: release.promise };
  };
  const first = copy.git('push', appliance.url, 'main');
  await building.promise;
  const second = await copy.git('push', appliance.url, 'main:other');
  assert.equal(second.code, 1);
  assert.match(
    second.shown,
    /! \[remote rejected\] main -> other \(ann@example\.com is pushing to this app since \d+ s: try again later\)/,
  );
  release.resolve(true);
  assert.equal((await first).code, 0);
  const third = await copy.git('push', appliance.url, 'main:other');
  assert.equal(third.code, 0, third.shown);
});

test('a build goes on to its end when its pusher has left, and moves the ref', LIMIT, async (t) => {
  const appliance = await startAppliance(t);
  const copy = await createWorkingCopy(t);
  const building = Promise.withResolvers<undefined>();
  const release = Promise.withResolvers<boolean>();
  appliance.onDeploy = () => {
    building.resolve(undefined);
    return { output: lines('-----> Building'), succeeded: release.promise };
  };
  const push = startGit(copy.dir, ['push', appliance.url, 'main']);
  await building.promise;
  await killGit(push);
  release.resolve(true);
  const commit = await copy.must('rev-parse', 'HEAD');
  await eventually(
    async () => (await appliance.repos.refs(appliance.app.id)).get('refs/heads/main') === commit,
  );
  assert.deepEqual(appliance.failures, []);
});

test(
  'more output than a gone pusher could have read does not hold the build up',
  LIMIT,
  async (t) => {
    const appliance = await startAppliance(t);
    const copy = await createWorkingCopy(t);
    const building = Promise.withResolvers<undefined>();
    const gone = Promise.withResolvers<undefined>();
    const finished = Promise.withResolvers<boolean>();
    appliance.onDeploy = () => {
      async function* chatter() {
        yield Buffer.from('-----> Building\n');
        building.resolve(undefined);
        await gone.promise;
        for (let line = 0; line < 200; line++) yield Buffer.alloc(65_536, 'x');
        finished.resolve(true);
      }
      return { output: chatter(), succeeded: finished.promise };
    };
    const push = startGit(copy.dir, ['push', appliance.url, 'main']);
    await building.promise;
    await killGit(push);
    gone.resolve(undefined);
    assert.equal(await finished.promise, true);
  },
);

test(
  'what a build fails of is not told to the pusher unless it is meant for people',
  LIMIT,
  async (t) => {
    const appliance = await startAppliance(t);
    const copy = await createWorkingCopy(t);
    appliance.onDeploy = () => {
      throw new Error('SECRET path /root/x');
    };
    const push = await copy.git('push', appliance.url, 'main');
    assert.equal(push.code, 1);
    assert.match(push.shown, / ! {5}Internal error\./);
    assert.doesNotMatch(push.shown, /SECRET/);
    assert.equal(appliance.failures.length, 1);
  },
);
