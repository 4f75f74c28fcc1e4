import assert from 'node:assert/strict';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import {
  createLineReader,
  encodeMessage,
  type AccessLine,
  type Downward,
  type RouteTable,
} from '../../router/contract.ts';
import { createPublisher } from '../../server/routes/publisher.ts';

const timeout = 10_000;

function tableOf(number: number, epoch = 'epoch'): RouteTable {
  return { number, epoch, boot: 'boot', hosts: {}, apps: {} };
}

async function createScene(t: TestContext, patience = 5_000) {
  const folder = mkdtempSync(join(tmpdir(), 'monoku-routes-'));
  const socketPath = join(folder, 'router');
  writeFileSync(socketPath, 'left behind by a server that died');
  const warnings: string[] = [];
  const lines: AccessLine[] = [];
  const publisher = await createPublisher({
    socketPath,
    patience,
    onAccess: (line) => lines.push(line),
    warn: (message) => warnings.push(message),
  });
  t.after(async () => {
    await publisher.close();
    rmSync(folder, { recursive: true });
  });
  return { publisher, socketPath, warnings, lines };
}

/** A router's end of the line, in the hands of the test. */
async function createPeer(socketPath: string) {
  const socket: Socket = connect(socketPath);
  const tables: RouteTable[] = [];
  const takers: (() => void)[] = [];
  const read = createLineReader((line) => {
    tables.push((JSON.parse(line) as Downward).table);
    takers.shift()?.();
  });
  socket.setEncoding('utf8').on('data', read);
  await once(socket, 'connect');
  return {
    socket,
    tables,
    async nextTable(): Promise<RouteTable> {
      if (tables.length === 0) await new Promise<void>((resolve) => takers.push(resolve));
      const table = tables.shift();
      assert.ok(table);
      return table;
    },
    answer({ number, epoch }: RouteTable): void {
      socket.write(encodeMessage({ applied: number, epoch }));
    },
  };
}

async function isSettled(promise: Promise<void>): Promise<boolean> {
  const soon = new Promise<boolean>((resolve) => setTimeout(resolve, 30, false));
  return Promise.race([promise.then(() => true), soon]);
}

test('a table is published when every connected router has it in force', { timeout }, async (t) => {
  const { publisher, socketPath, warnings } = await createScene(t);
  const peers = [await createPeer(socketPath), await createPeer(socketPath)];
  const first = publisher.publish(tableOf(1));

  for (const peer of peers) peer.answer(await peer.nextTable());
  await first;

  const second = publisher.publish(tableOf(2));
  const [quick, slow] = peers;
  assert.ok(quick && slow);
  quick.answer(await quick.nextTable());
  const late = await slow.nextTable();
  assert.equal(await isSettled(second), false);
  slow.answer(late);
  await second;
  assert.deepEqual(warnings, []);
});

test('a router that connects later gets the newest table', { timeout }, async (t) => {
  const { publisher, socketPath } = await createScene(t);
  void publisher.publish(tableOf(1));
  const published = publisher.publish(tableOf(2));

  const peer = await createPeer(socketPath);
  const table = await peer.nextTable();
  assert.equal(table.number, 2);
  peer.answer(table);

  await published;
});

test(
  'without a router a table is published after a bounded wait, with a warning',
  { timeout },
  async (t) => {
    const { publisher, warnings } = await createScene(t, 30);

    await publisher.publish(tableOf(1));

    assert.deepEqual(warnings, [
      'Route table 1 is not in force yet: no router is connected. Is it running?',
    ]);
  },
);

test('a router that hangs holds up one deploy, not the next', { timeout }, async (t) => {
  const { publisher, socketPath, warnings } = await createScene(t, 200);
  const hung = await createPeer(socketPath);
  const alive = await createPeer(socketPath);
  const first = publisher.publish(tableOf(1));
  alive.answer(await alive.nextTable());
  await first;
  assert.match(warnings.join(), /^Route table 1 .* a router has not answered within 200 ms\.$/);

  const second = publisher.publish(tableOf(2));
  alive.answer(await alive.nextTable());
  await second;

  assert.equal(warnings.length, 1);
  assert.equal((await hung.nextTable()).number, 1);
});

test('a router that leaves is not waited for', { timeout }, async (t) => {
  const { publisher, socketPath, warnings } = await createScene(t);
  const [leaver, stayer] = [await createPeer(socketPath), await createPeer(socketPath)];
  const published = publisher.publish(tableOf(1));
  stayer.answer(await stayer.nextTable());

  leaver.socket.destroy();
  await published;

  assert.deepEqual(warnings, []);
});

test('an answer to a table of an earlier server counts for nothing', { timeout }, async (t) => {
  const { publisher, socketPath } = await createScene(t);
  const peer = await createPeer(socketPath);
  const published = publisher.publish(tableOf(1, 'this server'));
  const table = await peer.nextTable();

  peer.answer(tableOf(1, 'the server before'));
  assert.equal(await isSettled(published), false);
  peer.answer(table);

  await published;
});

test(
  'access lines come up as the router sent them, and half a line is dropped',
  { timeout },
  async (t) => {
    const { socketPath, lines } = await createScene(t);
    const peer = await createPeer(socketPath);
    const access = { app: 'app', time: 1, text: 'at=info "quoted" ü' };

    peer.socket.write(encodeMessage({ access }) + encodeMessage({ access }).slice(0, 20));
    peer.socket.end();
    await once(peer.socket, 'close');

    assert.deepEqual(lines, [access]);
  },
);

test("the socket is the server's alone, and gone with it", { timeout }, async (t) => {
  const { publisher, socketPath } = await createScene(t);
  assert.equal(statSync(socketPath).mode & 0o777, 0o600);

  await publisher.close();

  assert.equal(existsSync(socketPath), false);
});
