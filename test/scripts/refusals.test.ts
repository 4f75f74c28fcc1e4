import assert from 'node:assert/strict';
import { rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { test } from 'node:test';
import { createCheckout, run, type Outcome } from './stand-in.ts';

const PARTS = resolve(import.meta.dirname, '../../scripts/parts/load.sh');
/** Nobody listens there. */
const NOWHERE = 'http://127.0.0.1:9';

/** Runs a few lines with all parts loaded. */
function parts(script: string, settings: Record<string, string> = {}): Promise<Outcome> {
  return run('/bin/bash', ['--norc', '-c', `set -euo pipefail; source ${PARTS}; ${script}`], {
    PATH: process.env.PATH ?? '',
    MONOKU_SETTINGS: '/dev/null',
    ...settings,
  });
}

test('too little disk space is told with what there is and what is needed', async () => {
  const { code, stderr } = await parts('require_disk /no/such/folder 999999999');
  assert.equal(code, 1);
  assert.match(stderr, /\/no\/such\/folder has \d+ MB of free .* needs 999999999 MB there/);
  assert.match(stderr, /Free some, or set MONOKU_HOME/);
});

test('an engine that is too old is refused, one that is not is taken', async () => {
  const answers = (version: string): Promise<Outcome> => parts(`require_engine_version ${version}`);
  assert.match((await answers('19.03.15')).stderr, /is 19\.03\.15, too old.*\n.*20\.10 or later/);
  for (const version of ['20.10.24+dfsg1', '26.1.5', '100.0.0'])
    assert.equal((await answers(version)).code, 0, version);
});

test("Debian's servers out of reach are told as such", { timeout: 120_000 }, async () => {
  const { code, stderr } = await parts('install_packages monoku-nothing monoku-no-such-package', {
    http_proxy: NOWHERE,
    https_proxy: NOWHERE,
  });
  assert.equal(code, 1);
  assert.match(stderr, /The Debian packages could not be installed\./);
  assert.match(stderr, /Check that this machine reaches Debian's servers/);
});

test('an npm registry out of reach is told as such', { timeout: 120_000 }, async () => {
  const checkout = await createCheckout();
  await rm(join(checkout.folder, 'node_modules'));
  const { code, stderr } = await checkout.script('up', [], {
    MONOKU_SETUP_ONLY: '1',
    HOME: checkout.folder,
    npm_config_registry: NOWHERE,
    npm_config_cache: join(checkout.folder, 'cache'),
    npm_config_fetch_retries: '0',
  });
  assert.equal(code, 1);
  assert.match(stderr, /ECONNREFUSED/);
  assert.match(stderr, /Check that this machine reaches the npm registry/);
  await checkout.remove();
});

test('an unknown word is told the words there are', async () => {
  const checkout = await createCheckout();
  const { code, stderr } = await checkout.script('down', ['--purge']);
  assert.equal(code, 1);
  assert.match(stderr, /knows nothing of "--purge"/);
  assert.match(stderr, /Usage: scripts\/down \[--destroy \[--yes\]\]/);
  await checkout.remove();
});
