import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { existsSync, readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { createCheckout, run, type Checkout } from './stand-in.ts';

// Needs root, a Docker Engine that runs, and the stack images.
describe('scripts/up and scripts/down', { timeout: 300_000 }, () => {
  let checkout: Checkout;
  before(async () => {
    checkout = await createCheckout();
  });
  after(() => checkout.remove());

  test('the first run starts everything and shows the first token', async () => {
    const { code, stdout, stderr } = await checkout.script('up');
    assert.equal(code, 0, stdout + stderr);
    assert.match(stdout, /Monoku runs\./);
    assert.match(stdout, /token {5}mnk_first/);
    assert.equal(await page(checkout.apiPort), 'door');
    assert.equal(await page(checkout.httpPort), 'router');
  });

  test('a second run starts nothing, shows no token, and is quick', async () => {
    const records = await allRecords();
    const started = performance.now();
    const { code, stdout } = await checkout.script('up');
    assert.ok(performance.now() - started < 5000);
    assert.equal(code, 0);
    assert.doesNotMatch(stdout, /mnk_first/);
    assert.deepEqual(await allRecords(), records);
  });

  test('what was killed is started again, and nothing else', async () => {
    const [server, router, redis] = await allRecords();
    process.kill(Number(server?.split(' ')[0]), 'SIGKILL');
    assert.equal((await checkout.script('up')).code, 0);
    const [newServer, ...others] = await allRecords();
    assert.notEqual(newServer, server);
    assert.deepEqual(others, [router, redis]);
    assert.equal(await page(checkout.apiPort), 'door');
  });

  test('a changed setting restarts server and router', async () => {
    const [server, router, redis] = await allRecords();
    const { stdout } = await checkout.script('up', [], { MONOKU_DOMAIN: 'example.test' });
    assert.match(stdout, /Restarting the server: its program or a setting has changed/);
    const [newServer, newRouter, sameRedis] = await allRecords();
    assert.notEqual(newServer, server);
    assert.notEqual(newRouter, router);
    assert.equal(sameRedis, redis);
  });

  test('a second appliance refuses a port that the first holds, and names its holder', async () => {
    const second = await createCheckout();
    const { code, stderr } = await second.script('up', [], {
      MONOKU_HTTP_PORT: String(checkout.httpPort),
    });
    const router = (await allRecords())[1]?.split(' ')[0];
    assert.equal(code, 1);
    assert.match(
      stderr,
      new RegExp(`Port ${checkout.httpPort} is taken by .+ \\(process ${router}\\)`),
    );
    assert.match(stderr, /set MONOKU_HTTP_PORT to another port/);
    assert.ok(!existsSync(second.home), 'a refused start leaves nothing behind');
    await second.remove();
  });

  test('two appliances run side by side', async () => {
    const second = await createCheckout();
    assert.equal((await second.script('up')).code, 0);
    assert.equal(await page(second.httpPort), 'router');
    await second.remove();
    assert.equal(await page(checkout.httpPort), 'router');
    assert.ok(!existsSync(second.home));
  });

  test('down stops all, keeps the data, and is content when nothing runs', async () => {
    const pids = (await allRecords()).map((record) => record.split(' ')[0]);
    const { code, stdout } = await checkout.script('down');
    assert.equal(code, 0);
    assert.match(stdout, /The data is in/);
    assert.deepEqual(
      pids.filter((pid) => programOf(pid) !== ''),
      [],
    );
    assert.ok(existsSync(join(checkout.home, 'admin.token')));
    assert.equal((await checkout.script('down')).code, 0);
  });

  test('destroying asks a person, and nobody is none', async () => {
    const { code, stderr } = await checkout.script('down', ['--destroy']);
    assert.equal(code, 1);
    assert.match(stderr, /Nobody is there to confirm this/);
    assert.ok(existsSync(checkout.home));
    const destroyed = await checkout.script('down', ['--destroy', '--yes']);
    assert.equal(destroyed.code, 0);
    assert.match(destroyed.stdout, /every app, its releases/);
    assert.ok(!existsSync(checkout.home));
  });

  /** Server, router, Redis: process id, start time, boot, fingerprint. */
  function allRecords(): Promise<string[]> {
    return Promise.all(
      ['server', 'router', 'redis'].map((name) =>
        readFile(join(checkout.home, 'run', `${name}.pid`), 'utf8'),
      ),
    );
  }
});

test('a server that cannot start is told with its last words', { timeout: 60_000 }, async () => {
  const checkout = await createCheckout();
  await run('/bin/sh', [
    '-c',
    `echo 'throw new Error("no disk for me")' >${checkout.folder}/server/main.ts`,
  ]);
  const { code, stderr } = await checkout.script('up');
  assert.equal(code, 1);
  assert.match(stderr, /no disk for me/);
  assert.match(stderr, /The server ended instead of getting ready/);
  await checkout.remove();
});

test('a program that took over a process id is never stopped', { timeout: 60_000 }, async () => {
  const listener = createServer().listen(0);
  const checkout = await createCheckout();
  const record = join(checkout.folder, 'stale.pid');
  const { stdout } = await run(
    '/bin/bash',
    [
      '--norc',
      '-c',
      `source ${checkout.folder}/scripts/parts/load.sh
       echo "${process.pid} 1 $(boot_id) -" >${record}
       daemon_pid ${record} || echo gone; stop_daemon ${record} 1`,
    ],
    { PATH: process.env.PATH ?? '', MONOKU_HOME: checkout.home },
  );
  assert.equal(stdout, 'gone\n');
  assert.ok(!existsSync(record));
  listener.close();
  await checkout.remove();
});

/** Nothing for a process that is gone, or that its parent has not yet taken note of. */
function programOf(pid: string | undefined): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8');
  } catch {
    return '';
  }
}

async function page(port: number): Promise<string> {
  return (await fetch(`http://127.0.0.1:${port}/`)).text();
}
