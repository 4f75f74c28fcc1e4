import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { run, type Outcome } from './stand-in.ts';

const PARTS = resolve(import.meta.dirname, '../../scripts/parts/load.sh');

// In a network of its own: an engine removes or makes bridges and firewall rules wherever it starts.
describe('a Docker Engine of our own', { timeout: 240_000 }, () => {
  let folder: string;
  let socket: string;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'monoku-engine-'));
    socket = join(folder, 'docker.sock');
    const settings = { bridge: 'none', iptables: false, 'data-root': join(folder, 'data') };
    await writeFile(join(folder, 'daemon.json'), JSON.stringify(settings));
    await mkdir(join(folder, 'bin'));
    const apart = '#!/bin/sh\nexec unshare --net /usr/sbin/dockerd "$@"\n';
    await writeFile(join(folder, 'bin/dockerd'), apart, { mode: 0o755 });
  });
  after(async () => {
    await parts('rm -f "$(engine_notes)"/users/*; leave_engine nobody');
    await run('/bin/umount', [join(folder, 'data')]);
    await rm(folder, { recursive: true, force: true });
  });

  test('is started where none answers, and found by the next who needs one', async () => {
    const first = await parts('use_engine a');
    assert.equal(first.code, 0, first.stderr);
    assert.match(first.stdout, /Starting a Docker Engine/);
    assert.equal((await parts('use_engine b')).stdout, '');
  });

  test('comes back after a kill that left pid file, socket and a container behind', async () => {
    const left = await parts(`
      mkdir ${folder}/image && cd ${folder}/image
      cp --parents -L /bin/sleep $(ldd /bin/sleep | grep -o '/[^ ]*') .
      tar -c . | docker_cli import - sleeper >/dev/null
      docker_cli run -d --name left --network none sleeper /bin/sleep 600 >/dev/null
      kill -KILL $(cat ${folder}/docker.pid) $(cat ${folder}/docker/containerd/containerd.pid)
      until ! engine_answers; do sleep 0.1; done`);
    assert.equal(left.code, 0, left.stderr);
    assert.ok(existsSync(join(folder, 'docker.pid')), 'the kill left the pid file');
    assert.ok(existsSync(socket), 'the kill left the socket');
    const again = await parts('use_engine a; docker_cli ps --format {{.Names}}');
    assert.equal(again.code, 0, again.stderr);
    assert.match(again.stdout, /^left$/m, 'the container has outlived its engine');
  });

  test('comes back although another program has got its old process id', async () => {
    const left = await parts(`
      kill -KILL $(cat ${folder}/docker.pid) $(cat ${folder}/docker/containerd/containerd.pid)
      until ! engine_answers; do sleep 0.1; done
      echo ${process.pid} | tee ${folder}/docker.pid >${folder}/docker/containerd/containerd.pid`);
    assert.equal(left.code, 0, left.stderr);
    const again = await parts('use_engine a');
    assert.equal(again.code, 0, again.stderr);
  });

  test('stays while somebody uses it, or a container runs that is not ours', async () => {
    assert.equal((await parts('leave_engine a; engine_answers')).code, 0);
    const kept = await parts('leave_engine b; engine_answers');
    assert.equal(kept.code, 0);
    assert.match(kept.stdout, /stays: containers that are not of Monoku run in it/);
  });

  test('is stopped by the last who leaves', async () => {
    const last = await parts('use_engine a; docker_cli rm -f left; leave_engine a');
    assert.equal(last.code, 0, last.stderr);
    assert.match(last.stdout, /Stopping the Docker Engine/);
    assert.notEqual((await parts('engine_answers')).code, 0);
    assert.ok(!existsSync(join(folder, 'docker.pid')));
  });

  /** Runs a few lines with all parts loaded. */
  function parts(script: string): Promise<Outcome> {
    return run('/bin/bash', ['--norc', '-c', `set -euo pipefail; source ${PARTS}; ${script}`], {
      PATH: `${join(folder, 'bin')}:${process.env.PATH ?? ''}`,
      MONOKU_SETTINGS: '/dev/null',
      MONOKU_HOME: join(folder, 'home'),
      MONOKU_DOCKER_SOCKET: socket,
      MONOKU_DOCKERD_CONFIG: join(folder, 'daemon.json'),
    });
  }
});

test('an engine that we did not start is never stopped', { timeout: 60_000 }, async () => {
  const { code, stdout } = await run(
    '/bin/bash',
    [
      '--norc',
      '-c',
      `set -eu; source ${PARTS}; use_engine t-$$; leave_engine t-$$; engine_answers`,
    ],
    { PATH: process.env.PATH ?? '', MONOKU_SETTINGS: '/dev/null' },
  );
  assert.equal(code, 0);
  assert.equal(stdout, '');
});
