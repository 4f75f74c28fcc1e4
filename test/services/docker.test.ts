import assert from 'node:assert/strict';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { suite, test } from 'node:test';
import { createDocker } from '../../server/docker/docker.ts';
import type { DockerEvent } from '../../server/docker/events.ts';
import { DockerError } from '../../server/docker/failure.ts';
import { PlatformError } from '../../server/domain/errors.ts';
import { collect } from '../support/collect.ts';
import { dockerFixture } from '../support/docker.ts';

async function next(events: AsyncIterator<DockerEvent | null>) {
  const result = await events.next();
  return result.done === true ? undefined : result.value;
}

suite('the Docker Engine', { timeout: 120_000, concurrency: 2 }, () => {
  const { docker, labels, spec } = dockerFixture();
  const never = new AbortController().signal;

  async function run(script: string, changes = {}): Promise<string> {
    const id = await docker.containers.create(spec(script, changes));
    await docker.containers.start(id);
    return id;
  }

  async function output(id: string, since: string | null = null): Promise<string[]> {
    const lines = await collect(docker.containers.logs(id, since, never));
    return lines.map((line) => `${line.stream}: ${line.text}`);
  }

  test('a container tells how it ended', async () => {
    const id = await run('exit 7');
    const exit = await docker.containers.wait(id);
    assert.equal(exit?.code, 7);
    assert.equal(exit.outOfMemory, false);
    assert.ok(Math.abs(Date.now() - exit.at.getTime()) < 30_000);
    assert.equal((await docker.containers.inspect(id))?.state, 'exited');
  });

  test('a container that used too much memory is told from one that was killed', async () => {
    const greedy = await run('x=x; while :; do x=$x$x; done');
    const killed = await run('sleep 60');
    assert.equal(await docker.containers.kill(killed, 'SIGKILL'), true);
    const exits = await Promise.all([greedy, killed].map((id) => docker.containers.wait(id)));
    assert.deepEqual(
      exits.map((exit) => [exit?.code, exit?.outOfMemory]),
      [
        [137, true],
        [137, false],
      ],
    );
  });

  test('output is read line by line, long lines and both streams included', async () => {
    const id = await run(
      'echo one; head -c 40000 /dev/zero | tr "\\0" x; echo; echo two >&2; printf end',
    );
    await docker.containers.wait(id);
    const lines = await output(id);
    assert.deepEqual(
      lines.filter((line) => line.startsWith('stdout')).map((line) => line.length),
      ['stdout: one'.length, 'stdout: '.length + 40_000, 'stdout: end'.length],
    );
    assert.ok(lines.includes('stderr: two'));
  });

  test('output is read on from a time, exact to the nanosecond and inclusive', async () => {
    const id = await run('for i in {1..500}; do echo $i; done');
    await docker.containers.wait(id);
    const all = await collect(docker.containers.logs(id, null, never));
    assert.equal(all.length, 500);
    const middle = all[250]?.time ?? '';
    const expected = all.filter(({ time }) => time >= middle).map(({ text }) => text);
    const rest = await collect(docker.containers.logs(id, middle, never));
    assert.deepEqual(
      rest.map(({ text }) => text),
      expected,
    );
  });

  test('output is followed live, until the signal fires', async () => {
    const id = await run('echo ready; read -r < <(sleep 60)');
    const control = new AbortController();
    const seen: string[] = [];
    for await (const line of docker.containers.logs(id, null, control.signal)) {
      seen.push(line.text);
      control.abort();
    }
    assert.deepEqual(seen, ['ready']);
  });

  test('a filter runs with its streams attached: input, both outputs, end of input', async () => {
    const id = await docker.containers.create(
      spec('sort; echo done >&2', { stdin: true, log: 'none' }),
    );
    const streams = await docker.containers.attach(id, { stdin: true });
    await docker.containers.start(id);
    const outputs = Promise.all([text(streams.stdout), text(streams.stderr as Readable)]);
    streams.stdin?.end('b\na\n');
    assert.deepEqual(await outputs, ['a\nb\n', 'done\n']);
    assert.equal((await docker.containers.wait(id))?.code, 0);
  });

  test('a terminal has a size that can be changed', async () => {
    const id = await docker.containers.create(
      spec('trap "stty size; exit" WINCH; echo ready; while :; do sleep 0.05; done', { tty: true }),
    );
    const { stdout, stderr } = await docker.containers.attach(id, { tty: true });
    await docker.containers.start(id);
    assert.equal(stderr, null);
    await once(stdout, 'data');
    await docker.containers.resize(id, { columns: 132, rows: 43 });
    assert.equal(await text(stdout), '43 132\r\n');
  });

  test('lists hold what has the labels, ended or not, and nothing else', async () => {
    const mine = { ...labels, 'io.monoku.test': 'list' };
    const id = await run('exit 0', { labels: mine });
    await docker.containers.wait(id);
    await run('sleep 60');
    const listed = await docker.containers.list(mine);
    assert.deepEqual(
      listed.map((container) => [container.id, container.state]),
      [[id, 'exited']],
    );
    assert.equal(listed[0]?.labels['io.monoku.test'], 'list');
  });

  test('events are told from the moment of the first null on', async () => {
    const mine = { ...labels, 'io.monoku.test': 'events' };
    const control = new AbortController();
    const events = docker.events(mine, control.signal)[Symbol.asyncIterator]();
    assert.equal(await next(events), null);
    const id = await run('exit 0', { labels: mine });
    const seen = [await next(events), await next(events)];
    assert.deepEqual(
      seen.map((event) => [event?.action, event?.container]),
      [
        ['start', id],
        ['die', id],
      ],
    );
    control.abort();
    assert.equal((await events.next()).done, true);
  });

  test('no container has capabilities or can gain privileges', async () => {
    const id = await run('grep -E "CapBnd|NoNewPrivs" /proc/self/status', { user: '0:0' });
    await docker.containers.wait(id);
    assert.deepEqual(await output(id), [
      'stdout: CapBnd:\t0000000000000000',
      'stdout: NoNewPrivs:\t1',
    ]);
  });

  test('what does not exist is undefined or false, never an error', async () => {
    const { containers, networks, volumes, images } = docker;
    assert.equal(await containers.inspect('monoku-no-such'), undefined);
    assert.equal(await containers.wait('monoku-no-such'), undefined);
    assert.equal(await containers.remove('monoku-no-such'), false);
    assert.equal(await containers.kill('monoku-no-such', 'SIGTERM'), false);
    assert.deepEqual(await output('monoku-no-such'), []);
    assert.equal(await networks.inspect('monoku-no-such'), undefined);
    assert.equal(await networks.remove('monoku-no-such'), false);
    assert.equal(await volumes.remove('monoku-no-such'), false);
    assert.equal(await images.inspect('monoku/no-such:image'), undefined);
  });

  test("a refusal is told in the engine's words", async () => {
    const refused = docker.containers.create(spec('true', { image: 'monoku/no-such:image' }));
    await assert.rejects(refused, (error) => {
      assert.ok(error instanceof DockerError);
      assert.equal(error.status, 404);
      assert.match(error.message, /No such image: monoku\/no-such:image/);
      return true;
    });
  });
});

test('an engine that is away is said to be so', async () => {
  const { containers } = createDocker({ socket: '/nonexistent/docker.sock' });
  await assert.rejects(containers.list({}), (error) => {
    assert.ok(error instanceof PlatformError);
    assert.equal(error.id, 'unavailable');
    assert.match(error.message, /can't be reached at \/nonexistent\/docker\.sock \(ENOENT\)/);
    return true;
  });
});

test('an engine that hangs up is said to be away, and its events go on when it is back', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'monoku-docker-'));
  chmodSync(folder, 0o700);
  const socket = join(folder, 'docker.sock');
  const event = { Action: 'die', Actor: { ID: 'abc', Attributes: { a: 'b' } } };
  let connections = 0;
  const engine = createServer((connection) => {
    connections += 1;
    if (connections <= 2) connection.destroy();
    else connection.end(`HTTP/1.1 200 OK\r\n\r\n${JSON.stringify(event)}\n`);
  }).listen(socket);
  t.after(() => {
    engine.close();
    rmSync(folder, { recursive: true });
  });
  await once(engine, 'listening');
  const docker = createDocker({ socket });
  await assert.rejects(docker.version(), { name: 'PlatformError', id: 'unavailable' });
  const control = new AbortController();
  const events = docker.events({}, control.signal)[Symbol.asyncIterator]();
  assert.equal(await next(events), null);
  assert.deepEqual(await next(events), {
    action: 'die',
    container: 'abc',
    labels: { a: 'b' },
  });
  assert.equal(await next(events), null);
  control.abort();
});
