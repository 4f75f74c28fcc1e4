import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { test, type TestContext } from 'node:test';
import { createPublisher, type Publisher } from '../../server/routes/publisher.ts';
import { createDyno, createHome, createTable, fetchFrom, open, type StagedApp } from './stage.ts';

const timeout = 60_000;
const MEGABYTE = 1024 ** 2;
const BOOT_ID = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();

interface RouterProcess {
  readonly child: ChildProcess;
  readonly port: number;
}

/** The router as it runs on a machine; resolves at its "ready". */
async function startProcess(t: TestContext, home: string): Promise<RouterProcess> {
  const child = spawn(process.execPath, [join(import.meta.dirname, '../../router/main.ts')], {
    env: { MONOKU_HOME: home, MONOKU_HTTP_PORT: '0', MONOKU_HTTP_BIND: '127.0.0.1' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  t.after(() => child.kill('SIGKILL'));
  for await (const line of createInterface({ input: child.stdout })) {
    const entry = JSON.parse(line) as { msg: string; port: number };
    if (entry.msg === 'ready') return { child, port: entry.port };
  }
  throw new Error('The router ended before it was ready.');
}

async function startPublisher(t: TestContext, home: string): Promise<Publisher> {
  const publisher = await createPublisher({
    socketPath: join(home, 'run', 'router'),
    onAccess: () => undefined,
    warn: () => undefined,
  });
  t.after(() => publisher.close());
  return publisher;
}

function tableOf(number: number, app: StagedApp) {
  return createTable({ app }, { number, epoch: 'epoch', boot: BOOT_ID });
}

async function count(stream: Readable): Promise<number> {
  let bytes = 0;
  for await (const chunk of stream) bytes += (chunk as Buffer).length;
  return bytes;
}

function* megabytes(number: number): Generator<Buffer> {
  for (let i = 0; i < number; i += 1) yield Buffer.alloc(MEGABYTE, i);
}

/** Bytes: now, and the most there ever was. */
function memoryOf({ child }: RouterProcess, which: 'VmRSS' | 'VmHWM'): number {
  const status = readFileSync(`/proc/${child.pid ?? ''}/status`, 'utf8');
  return 1024 * Number(new RegExp(`${which}:\\s+(\\d+)`).exec(status)?.[1]);
}

test('200 MB go up and down at once, and memory stays bounded', { timeout }, async (t) => {
  const home = createHome(t);
  const router = await startProcess(t, home);
  const publisher = await startPublisher(t, home);
  const echo = await createDyno(t, (request, response) => void request.pipe(response));
  await publisher.publish(tableOf(1, { dynos: [echo] }));
  await fetchFrom(router);
  const before = memoryOf(router, 'VmRSS');

  const request = httpRequest({
    port: router.port,
    host: '127.0.0.1',
    method: 'POST',
    headers: { Host: 'app.test' },
  });
  const answered = once(request, 'response') as Promise<[IncomingMessage]>;
  const sent = pipeline(Readable.from(megabytes(200)), request);
  const [response] = await answered;
  assert.equal(await count(response), 200 * MEGABYTE);
  await sent;

  const growth = memoryOf(router, 'VmHWM') - before;
  assert.ok(growth < 128 * MEGABYTE, `memory grew by ${growth} bytes`);
});

test(
  'a router that is killed comes back from its saved table, without a server',
  { timeout },
  async (t) => {
    const home = createHome(t);
    const first = await startProcess(t, home);
    const publisher = await startPublisher(t, home);
    const dyno = await createDyno(t, (_, response) => response.end('served'));
    await publisher.publish(tableOf(1, { dynos: [dyno] }));
    await publisher.close();
    first.child.kill('SIGKILL');
    await once(first.child, 'exit');

    const second = await startProcess(t, home);

    assert.equal((await fetchFrom(second)).body, 'served');
  },
);

test('SIGTERM lets a request end, takes no further, and exits with 0', { timeout }, async (t) => {
  const home = createHome(t);
  const router = await startProcess(t, home);
  const publisher = await startPublisher(t, home);
  const finish = Promise.withResolvers<undefined>();
  const dyno = await createDyno(t, (_, response) => {
    response.write('first, ');
    void finish.promise.then(() => response.end('last'));
  });
  await publisher.publish(tableOf(1, { dynos: [dyno] }));
  const response = await open(router);
  const exited = once(router.child, 'exit');

  router.child.kill('SIGTERM');
  await refused(router);
  finish.resolve(undefined);

  assert.equal(await count(response), 'first, last'.length);
  assert.deepEqual(await exited, [0, null]);
});

/** Resolves when the router accepts no connections any more. */
async function refused(router: RouterProcess): Promise<void> {
  for (;;) {
    try {
      await fetchFrom(router, { headers: { Host: 'no.test' } });
    } catch (error) {
      assert.match(String(error), /ECONNREFUSED|ECONNRESET|hang up/);
      return;
    }
  }
}

test('a wrong setting is told by its name', { timeout }, async () => {
  const child = spawn(process.execPath, [join(import.meta.dirname, '../../router/main.ts')], {
    env: { MONOKU_HTTP_PORT: 'eighty' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));

  assert.deepEqual(await once(child, 'close'), [1, null]);
  assert.match(output, /MONOKU_HTTP_PORT is \\"eighty\\"; expected a port number/);
});
