import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { readConfig } from '../../server/config.ts';
import { run, type Outcome } from './stand-in.ts';

const PARTS = resolve(import.meta.dirname, '../../scripts/parts/load.sh');

describe('settings', { timeout: 60_000 }, () => {
  let folder: string;
  let file: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'monoku-settings-'));
    file = join(folder, 'monoku.env');
  });
  after(() => rm(folder, { recursive: true }));

  test("the scripts' defaults are the server's", async () => {
    const { stdout } = await show('MONOKU_HOME MONOKU_DOMAIN MONOKU_HTTP_PORT MONOKU_API_PORT');
    const config = readConfig({ run: '', build: '' }, {});
    const { home, domain, httpPort, apiPort } = config;
    assert.deepEqual(stdout.split('\n'), [home, domain, `${httpPort}`, `${apiPort}`, '']);
    assert.equal((await show('MONOKU_DOCKER_SOCKET')).stdout, `${config.dockerSocket}\n`);
  });

  test('the file sets what the environment leaves open, quotes and comments understood', async () => {
    const lines = [
      '# mine',
      '',
      'MONOKU_DOMAIN="example.com"',
      "OTHER='a b#c'",
      'MONOKU_HTTP_PORT=80',
    ];
    await writeFile(file, lines.join('\n'));
    const { stdout } = await show('MONOKU_DOMAIN OTHER MONOKU_HTTP_PORT', {
      MONOKU_HTTP_PORT: '81',
    });
    assert.deepEqual(stdout.split('\n'), ['example.com', 'a b#c', '81', '']);
  });

  test('a line that is no setting is shown', async () => {
    await writeFile(file, 'export MONOKU_DOMAIN=example.com\n');
    const { code, stderr } = await show('MONOKU_DOMAIN');
    assert.equal(code, 1);
    assert.match(stderr, /a line that is no setting: export MONOKU_DOMAIN=example\.com/);
    await rm(file);
  });

  test('a home that cannot hold sockets is refused', async () => {
    for (const home of ['relative', '/with blank', '/', `/${'x'.repeat(90)}`]) {
      const { code, stderr } = await show('MONOKU_HOME', { MONOKU_HOME: home });
      assert.equal(code, 1, home);
      assert.match(stderr, /MONOKU_HOME is/);
    }
  });

  test('a port that is no number is refused', async () => {
    const { code, stderr } = await show('MONOKU_HOME', { MONOKU_HTTP_PORT: 'http' });
    assert.equal(code, 1);
    assert.match(stderr, /MONOKU_HTTP_PORT is "http"/);
  });

  test('a port beyond the last one, or one for both, is refused', async () => {
    const beyond = await show('MONOKU_HOME', { MONOKU_API_PORT: '65536' });
    assert.match(beyond.stderr, /MONOKU_API_PORT is "65536"/);
    const both = { MONOKU_HTTP_PORT: '8080', MONOKU_API_PORT: '8080' };
    const { code, stderr } = await show('MONOKU_HOME', both);
    assert.equal(code, 1);
    assert.match(stderr, /MONOKU_HTTP_PORT and MONOKU_API_PORT are both 8080/);
  });

  test('whoever is not root is told so, and nothing else happens', async () => {
    for (const script of ['up', 'down', 'demo', 'test']) {
      const words = ['--reuid=65534', '--clear-groups', join(PARTS, '../..', script)];
      const { code, stderr } = await run('/usr/bin/setpriv', words, environment());
      assert.equal(code, 1);
      assert.match(stderr, new RegExp(`scripts/${script} needs root`));
      assert.match(stderr, new RegExp(`Run: sudo scripts/${script}`));
    }
  });

  /** What the scripts make of each setting, a line each. */
  function show(names: string, settings: Record<string, string> = {}): Promise<Outcome> {
    const script = `set -eu; source ${PARTS}; for name in ${names}; do echo "\${!name}"; done`;
    return run('/bin/bash', ['--norc', '-c', script], { ...environment(), ...settings });
  }

  function environment(): Record<string, string> {
    return { PATH: process.env.PATH ?? '', MONOKU_SETTINGS: file };
  }
});
