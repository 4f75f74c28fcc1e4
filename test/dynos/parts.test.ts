import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { test } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { createGate } from '../../server/dynos/gate.ts';
import { createListing } from '../../server/dynos/listing.ts';
import { accepts, acceptsAtLast } from '../../server/dynos/probe.ts';
import { createSerial } from '../../server/dynos/serial.ts';

const LIMIT = { timeout: 10_000 };

test('a gate lets so many through at once, and the next when one leaves', LIMIT, async () => {
  const gate = createGate(2);
  const doors = [1, 2, 3].map(() => Promise.withResolvers<undefined>());
  const entered: number[] = [];
  const work = doors.map(({ promise }, at) =>
    gate(async () => {
      entered.push(at);
      await promise;
    }),
  );
  await setImmediate();
  assert.deepEqual(entered, [0, 1]);
  doors[1]?.resolve(undefined);
  await work[1];
  await setImmediate();
  assert.deepEqual(entered, [0, 1, 2]);
  doors.forEach(({ resolve }) => {
    resolve(undefined);
  });
  await Promise.all(work);
});

test('work that fails leaves the gate open', LIMIT, async () => {
  const gate = createGate(1);
  await assert.rejects(gate(() => Promise.reject(new Error('no'))));
  assert.equal(await gate(() => Promise.resolve('yes')), 'yes');
});

test(
  'a listing is shared by all who ask before it begins, and is never older than a question',
  LIMIT,
  async () => {
    const asked: ReturnType<typeof Promise.withResolvers<number>>[] = [];
    const list = createListing(() => {
      const question = Promise.withResolvers<number>();
      asked.push(question);
      return question.promise;
    });
    const first = [list(), list()];
    await setImmediate();
    const second = [list(), list()];
    await setImmediate();
    assert.equal(asked.length, 1);
    asked[0]?.resolve(1);
    assert.deepEqual(await Promise.all(first), [1, 1]);
    await setImmediate();
    asked[1]?.resolve(2);
    assert.deepEqual(await Promise.all(second), [2, 2]);
    assert.equal(asked.length, 2);
  },
);

test('a listing that failed is asked anew', LIMIT, async () => {
  let times = 0;
  const list = createListing(() => {
    times += 1;
    return times === 1 ? Promise.reject(new Error('away')) : Promise.resolve('here');
  });
  await assert.rejects(list());
  assert.equal(await list(), 'here');
});

test('requests made during a run become one more run, never two at once', LIMIT, async () => {
  let runs = 0;
  let atOnce = 0;
  const serial = createSerial(async () => {
    runs += 1;
    atOnce += 1;
    assert.equal(atOnce, 1);
    if (runs === 1) for (let times = 0; times < 5; times += 1) serial.again();
    await setImmediate();
    atOnce -= 1;
  });
  serial.again();
  serial.again();
  await serial.quiet();
  assert.equal(runs, 2);
});

test('a port is probed until it accepts', LIMIT, async () => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const endpoint = { address: '127.0.0.1', port };
  assert.equal(await accepts(endpoint), true);
  server.close();
  await once(server, 'close');
  assert.equal(await accepts(endpoint), false);
  const probing = acceptsAtLast(endpoint, new AbortController().signal);
  server.listen(port, '127.0.0.1');
  assert.equal(await probing, true);
  server.close();
});

test('probing ends with its signal', LIMIT, async () => {
  const closing = new AbortController();
  const probing = acceptsAtLast({ address: '127.9.9.9', port: 9 }, closing.signal);
  closing.abort();
  assert.equal(await probing, false);
});
