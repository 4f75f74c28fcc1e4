import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, readdirSync, statfsSync } from 'node:fs';
import { join } from 'node:path';
import { after, suite, test } from 'node:test';
import { createId, type DynoId } from '../../server/domain/ids.ts';
import { createDockerEngine } from '../../server/dynos/engines/docker/engine.ts';
import { containerName } from '../../server/dynos/engines/docker/dyno-container.ts';
import { mountPoints } from '../../server/dynos/engines/docker/mounts.ts';
import { engineFixture, SCRATCH } from '../support/docker-engine.ts';
import { dynoBench } from '../support/dynos.ts';

function mounted(folder: string): boolean {
  return mountPoints(readFileSync('/proc/self/mountinfo', 'utf8')).includes(folder);
}

function firewall(home: string): string[] {
  const saved = execFileSync('iptables-save', ['-t', 'filter'], { encoding: 'utf8' });
  return saved.split('\n').filter((line) => line.includes(home.slice(0, 8)));
}

suite('the upkeep of an engine', { timeout: 180_000 }, async () => {
  const fixture = await engineFixture();
  after(() => fixture.close());
  const { engine, docker, folder, home, options } = fixture;
  const slug = fixture.slugs.add({ a: '1' });
  const dynos = dynoBench(engine, slug);
  const leftovers = () => [
    ...readdirSync(join(folder, 'scratch/dynos')),
    ...readdirSync(join(folder, 'secrets/dynos')),
  ];

  test('preparing twice changes nothing', async () => {
    const before = firewall(home);
    assert.ok(before.length > 4);
    await fixture.reopen().prepare();
    assert.deepEqual(firewall(home), before);
  });

  test('the scratch disk has the size that was set, secrets lie in memory', () => {
    const { bsize, blocks, bavail } = statfsSync(join(folder, 'scratch'));
    assert.ok(bsize * blocks <= SCRATCH * 1024 ** 2 && bsize * bavail > 0.8 * SCRATCH * 1024 ** 2);
    assert.equal(statfsSync(join(folder, 'secrets')).type, 0x01021994);
  });

  test('a restarted server finds running and ended dynos as they are', async () => {
    const running = await dynos.start('echo ready; sleep 100', { type: 'web', version: 7 });
    const ended = await dynos.start('exit 3');
    await dynos.line(running.dyno, 'ready');
    await dynos.lines(ended.dyno);
    const again = fixture.reopen();
    await again.prepare();
    const found = new Map((await again.list()).map((dyno) => [dyno.dyno, dyno]));
    assert.deepEqual(found.get(running.dyno), running);
    assert.equal(found.get(ended.dyno)?.exit?.code, 3);
    assert.equal(found.size, 2);
    await Promise.all([again.stop(running.dyno, 5), again.stop(ended.dyno, 5)]);
    assert.deepEqual(leftovers(), []);
  });

  test('nothing is left of a dyno that was stopped', async () => {
    await dynos.run('echo a >b; echo a >/tmp/b');
    assert.deepEqual(leftovers(), []);
    assert.deepEqual(await docker.volumes.list({ 'io.monoku.home': home }), []);
  });

  test('nothing is left of a dyno that could not start', async () => {
    const spec = dynos.spec('true', { slug: 'e'.repeat(64) });
    await assert.rejects(engine.start(spec), { name: 'PlatformError' });
    assert.deepEqual(leftovers(), []);
    assert.deepEqual(await engine.list(), []);
  });

  test('a dyno’s id is not given twice', async () => {
    const spec = dynos.spec('echo ready; sleep 100');
    await engine.start(spec);
    await assert.rejects(engine.start(spec), { name: 'PlatformError', id: 'conflict' });
    assert.equal((await engine.list())[0]?.exit, null);
    assert.equal((await engine.stop(spec.dyno, 5))?.exit.code, 143);
  });

  test('a sweep removes what crashes left, and leaves living dynos alone', async () => {
    const { dyno } = await dynos.start('echo ready; sleep 100');
    const removed = await dynos.start('sleep 100');
    execFileSync('docker', ['rm', '--force', containerName(removed.dyno)], { stdio: 'ignore' });
    assert.equal(leftovers().filter((id) => id === removed.dyno).length, 2);
    await engine.sweep();
    assert.deepEqual(new Set(leftovers()), new Set([dyno]));
    assert.equal((await docker.volumes.list({ 'io.monoku.home': home })).length, 1);
    await dynos.line(dyno, 'ready');
    await engine.stop(dyno, 5);
  });

  test('a paused dyno can be stopped', async () => {
    const { dyno } = await dynos.start('echo ready; sleep 100');
    await dynos.line(dyno, 'ready');
    await docker.containers.pause(containerName(dyno));
    assert.equal((await engine.list())[0]?.paused, true);
    assert.equal((await engine.stop(dyno, 10))?.exit.code, 143);
  });

  test('the last words of a stopped dyno reach who follows it', async () => {
    const script =
      'trap "for i in {1..500}; do echo $i; done; exit" TERM; echo ready; sleep 100 & wait';
    const { dyno } = await dynos.start(script.replaceAll('$i', '\\$i'));
    await dynos.line(dyno, 'ready');
    const lines = dynos.lines(dyno);
    await engine.stop(dyno, 10);
    assert.deepEqual((await lines).slice(-1), ['500']);
  });

  test('two appliances on one machine see nothing of each other', async () => {
    const other = await engineFixture();
    try {
      const { dyno } = await dynos.start('echo ready; sleep 100');
      assert.deepEqual(await other.engine.list(), []);
      assert.equal(await other.engine.stop(dyno, 1), null);
      assert.equal((await engine.list()).length, 1);
      const [one, two] = await Promise.all(
        [engine, other.engine].map(async (each) => docker.networks.inspect(await each.network())),
      );
      assert.notDeepEqual(one?.subnets, two?.subnets);
      await engine.stop(dyno, 5);
    } finally {
      await other.close();
    }
    assert.ok(firewall(home).length > 4);
  });

  test('a run image that is missing is said to be', async () => {
    const without = createDockerEngine({ ...options, image: 'monoku/no-such:image' });
    await assert.rejects(without.prepare(), { message: /^The run image monoku\/no-such:image is/ });
  });

  test('destroying an engine leaves nothing: dynos, network, rules, disks', async () => {
    const doomed = await engineFixture();
    await doomed.engine.start(
      dynos.spec('sleep 100', { slug: doomed.slugs.add({ b: '2' }), dyno: createId<DynoId>() }),
    );
    await doomed.engine.destroy();
    await doomed.engine.destroy();
    assert.deepEqual(await docker.containers.list({ 'io.monoku.home': doomed.home }), []);
    assert.deepEqual(await docker.networks.list({ 'io.monoku.home': doomed.home }), []);
    assert.deepEqual(await docker.volumes.list({ 'io.monoku.home': doomed.home }), []);
    assert.deepEqual(firewall(doomed.home), []);
    for (const name of ['scratch', 'secrets']) {
      assert.equal(mounted(join(doomed.folder, name)), false);
      assert.equal(existsSync(join(doomed.folder, name)), false);
    }
    await doomed.close();
  });
});
