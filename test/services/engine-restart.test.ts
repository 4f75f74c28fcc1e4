import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, suite, test } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { createDocker, DOCKER_SOCKET } from '../../server/docker/docker.ts';
import { createDockerEngine } from '../../server/dynos/engines/docker/engine.ts';
import { createCutProxy } from '../support/cut-proxy.ts';
import { engineFixture } from '../support/docker-engine.ts';
import { dynoBench } from '../support/dynos.ts';

suite('the Docker Engine is away for a moment', { timeout: 120_000 }, async () => {
  const fixture = await engineFixture();
  after(() => fixture.close());
  const proxy = await createCutProxy(join(fixture.folder, 'docker.sock'), DOCKER_SOCKET);
  after(() => proxy.cut());
  const docker = createDocker({ socket: proxy.socket });
  const engine = createDockerEngine({ ...fixture.options, docker });
  const dynos = dynoBench(engine, fixture.slugs.add({ a: '1' }));

  /** Long enough for everything that retries to have failed at least once. */
  async function away(): Promise<void> {
    await proxy.cut();
    await setTimeout(600);
    await proxy.restore();
  }

  test('orders given meanwhile are refused with a sentence, and later ones obeyed', async () => {
    await proxy.cut();
    const refusal = { name: 'PlatformError', id: 'unavailable', message: /can't be reached/ };
    await assert.rejects(engine.list(), refusal);
    await assert.rejects(dynos.start('true'), refusal);
    await proxy.restore();
    assert.deepEqual(await engine.list(), []);
    assert.equal((await dynos.run('exit 3')).code, 3);
  });

  test('output is followed without gap and without doubles', async () => {
    const { dyno } = await dynos.start('for i in {1..60}; do echo $i; sleep 0.05; done');
    await dynos.line(dyno, '5');
    const lines = dynos.lines(dyno);
    await away();
    assert.deepEqual(
      await lines,
      Array.from({ length: 60 }, (_, at) => String(at + 1)),
    );
    await engine.stop(dyno, 1);
  });

  test('a stop that has begun is carried through', async () => {
    const { dyno } = await dynos.start('trap "sleep 2; exit 5" TERM; echo up; sleep 100 & wait');
    await dynos.line(dyno, 'up');
    const [ending] = await Promise.all([engine.stop(dyno, 30), setTimeout(300).then(away)]);
    assert.deepEqual([ending?.exit.code, ending?.forced], [5, false]);
    assert.deepEqual(await engine.list(), []);
  });

  test('events say that something may have been missed, and go on', async () => {
    const control = new AbortController();
    const events = engine.events(control.signal)[Symbol.asyncIterator]();
    assert.equal((await events.next()).value, null);
    const next = events.next();
    await away();
    assert.equal((await next).value, null);
    const { dyno } = await dynos.start('exit 1');
    assert.equal(((await events.next()).value as { dyno: string }).dyno, dyno);
    control.abort();
    await engine.stop(dyno, 1);
  });
});
