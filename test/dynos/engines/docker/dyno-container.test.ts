import assert from 'node:assert/strict';
import { test } from 'node:test';
import { toCreateOptions } from '../../../../server/docker/container-spec.ts';
import { createId, type HomeId } from '../../../../server/domain/ids.ts';
import type { DynoSpec } from '../../../../server/dynos/engine.ts';
import {
  dynoContainer,
  type DynoContainer,
  type DynoGround,
} from '../../../../server/dynos/engines/docker/dyno-container.ts';
import { formatEnvFile } from '../../../../server/dynos/engines/docker/env-file.ts';
import {
  parseLabels,
  toLabels,
  toRecord,
  type DynoRecord,
} from '../../../../server/dynos/engines/docker/labels.ts';

const home = createId<HomeId>();
const spec: DynoSpec = {
  app: createId(),
  release: createId(),
  version: 12,
  type: 'web',
  index: 2,
  dyno: createId(),
  role: 'formation',
  size: 'standard-2x',
  command: 'node "server.js" = --x',
  slug: 'a'.repeat(64),
  env: { SECRET: 'hunter2' },
};
const record = toRecord(spec, 12_345, new Date('2026-11-21T01:02:03.456Z'));

const ground: DynoGround = {
  home,
  image: 'monoku/debian-13:run',
  network: 'monoku-net',
  swap: false,
  caBundle: '/etc/ssl/certs/ca-certificates.crt',
  init: '/usr/bin/dumb-init',
};

function container(changes: Partial<DynoContainer> = {}, on = ground) {
  return dynoContainer(on, {
    record,
    place: { layers: { upper: '/s/upper', work: '/s/work' }, tmp: '/s/tmp', boot: '/m/boot' },
    slug: '/u/app',
    address: '10.69.1.0',
    attached: false,
    tty: undefined,
    ...changes,
  });
}

test('labels give back the dyno that they were made of', () => {
  assert.deepEqual(parseLabels(home, toLabels(home, record)), record);
});

test('no config var is among the labels', () => {
  assert.ok(!JSON.stringify(toLabels(home, record)).includes('hunter2'));
  assert.ok(!JSON.stringify(toCreateOptions(container())).includes('hunter2'));
});

test("another home's labels, and those of no dyno, are not read", () => {
  const labels = toLabels(home, record);
  assert.equal(parseLabels(createId<HomeId>(), labels), undefined);
  assert.equal(parseLabels(home, { ...labels, 'io.monoku.dyno': 'none' }), undefined);
  assert.equal(parseLabels(home, { 'io.monoku.home': home }), undefined);
});

test('a dyno has the memory, processes and CPU share of its size', () => {
  const options = toCreateOptions(container()).HostConfig;
  assert.equal(options?.Memory, 1024 * 1024 ** 2);
  assert.equal(options.MemorySwap, options.Memory);
  assert.equal(options.PidsLimit, 512);
  assert.equal(options.CpuShares, 2048);
});

test('where the host has swap, a dyno may use as much of it as it has memory', () => {
  assert.equal(container({}, { ...ground, swap: true }).limits.memorySwap, 2048);
});

test('a dyno is read-only, without rights and bounded in what it logs', () => {
  const options = toCreateOptions(container()).HostConfig;
  assert.equal(options?.ReadonlyRootfs, true);
  assert.deepEqual(options.CapDrop, ['ALL']);
  assert.deepEqual(options.SecurityOpt, ['no-new-privileges']);
  assert.equal(options.LogConfig?.Type, 'local');
  assert.equal(toCreateOptions(container()).User, '25000:25000');
});

test('its files are a layer of its own above the slug', () => {
  const [overlay, ...binds] = toCreateOptions(container()).HostConfig?.Mounts ?? [];
  assert.equal(overlay?.Target, '/app');
  assert.deepEqual(overlay.VolumeOptions?.DriverConfig.Options, {
    type: 'overlay',
    device: 'overlay',
    o: 'lowerdir=/u/app,upperdir=/s/upper,workdir=/s/work',
  });
  assert.deepEqual(
    binds.map(({ Target, ReadOnly }) => [Target, ReadOnly]),
    [
      ['/run/monoku', true],
      ['/tmp', false],
      ['/etc/ssl/certs/ca-certificates.crt', true],
      ['/usr/bin/dumb-init', true],
    ],
  );
});

test('a machine without a CA bundle gives none to its dynos', () => {
  const { env, mounts } = container({}, { ...ground, caBundle: null, init: null });
  assert.deepEqual(env, { HOME: '/app' });
  assert.equal(mounts?.length, 2);
});

test('an attached dyno keeps no output, and a terminal has its size', () => {
  const { tty, stdin, log, command } = container({
    attached: true,
    tty: { columns: 132, rows: 43 },
  });
  assert.deepEqual({ tty, stdin, log }, { tty: true, stdin: true, log: 'none' });
  assert.deepEqual(command, [record.command, '43', '132']);
});

test('the command is one word, whatever it holds', () => {
  assert.deepEqual(container().command, ['node "server.js" = --x']);
  const odd: DynoRecord = { ...record, command: '$(reboot); `x` "\n' };
  assert.deepEqual(container({ record: odd }).command, ['$(reboot); `x` "\n']);
});

test('variables are ended by the one byte that no value holds', () => {
  assert.equal(formatEnvFile({ A: 'one\ntwo', B: '', C: '=' }), 'A=one\ntwo\0B=\0C==\0');
});
