import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { get } from 'node:https';
import { connect } from 'node:net';
import { networkInterfaces } from 'node:os';
import { buffer, text } from 'node:stream/consumers';
import { test } from 'node:test';
import { connect as connectTls, type TLSSocket } from 'node:tls';
import { startAppliance, type Appliance } from './appliance.ts';

const LIMIT = { timeout: 30_000 };

async function openTls(appliance: Appliance): Promise<TLSSocket> {
  const ca = readFileSync(appliance.caFile);
  const socket = connectTls({ port: appliance.port, host: '127.0.0.1', ca });
  await once(socket, 'secureConnect');
  return socket;
}

test('one port answers plain HTTP and TLS', LIMIT, async (t) => {
  const appliance = await startAppliance(t);
  const origin = `127.0.0.1:${String(appliance.port)}`;
  assert.equal(await (await fetch(`http://${origin}/`)).text(), 'the API\n');
  const request = get(`https://${origin}/`, { ca: readFileSync(appliance.caFile) });
  const [response] = (await once(request, 'response')) as [NodeJS.ReadableStream];
  assert.equal(await text(response), 'the API\n');
});

test('several requests come through one TLS connection, bodies included', LIMIT, async (t) => {
  const appliance = await startAppliance(t, {
    http: (request, response) => {
      void buffer(request).then((body) => response.end(`${String(body.length)};`));
    },
  });
  const socket = await openTls(appliance);
  const sizes = [0, 300_000, 7];
  for (const [index, size] of sizes.entries()) {
    const last = index === sizes.length - 1 ? 'Connection: close\r\n' : '';
    socket.write(`POST / HTTP/1.1\r\nHost: x\r\n${last}Content-Length: ${String(size)}\r\n\r\n`);
    socket.write(Buffer.alloc(size));
  }
  const answers = (await text(socket)).match(/\d+;/g);
  assert.deepEqual(answers, ['0;', '300000;', '7;']);
});

test('a request that arrives letter by letter is a request', LIMIT, async (t) => {
  const appliance = await startAppliance(t);
  for (const socket of [connect(appliance.port, '127.0.0.1'), await openTls(appliance)]) {
    socket.setNoDelay(true);
    for (const letter of 'GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n') {
      await new Promise((resolve) => socket.write(letter, resolve));
    }
    assert.match(await text(socket), /the API/);
  }
});

test(
  'inside TLS, what is no request goes to the rendezvous with all its bytes',
  LIMIT,
  async (t) => {
    const met = Promise.withResolvers<string>();
    const appliance = await startAppliance(t, {
      rendezvous: (socket) => {
        socket.once('data', (data: Buffer) => {
          met.resolve(data.toString());
          socket.end('hello');
        });
      },
    });
    const socket = await openTls(appliance);
    socket.write('a1b2c3 secret\r\n');
    assert.equal(await text(socket), 'hello');
    assert.equal(await met.promise, 'a1b2c3 secret\r\n');
  },
);

test('junk, broken handshakes and silence end a connection and nothing else', LIMIT, async (t) => {
  const appliance = await startAppliance(t);
  for (const junk of ['\x16\x03\x01 no handshake', '\0\0\0', 'GET nonsense\r\n\r\n', '']) {
    const socket = connect(appliance.port, '127.0.0.1');
    socket.end(junk);
    await once(socket.resume(), 'close');
  }
  const answer = await fetch(`http://127.0.0.1:${String(appliance.port)}/`);
  assert.equal(answer.status, 200);
});

const outside = Object.values(networkInterfaces())
  .flatMap((addresses) => addresses ?? [])
  .find(({ family, internal }) => family === 'IPv4' && !internal)?.address;

test(
  'from another machine plain HTTP gives no way to send a secret',
  { ...LIMIT, skip: outside === undefined && 'this machine has no address but loopback' },
  async (t) => {
    const appliance = await startAppliance(t, { host: '0.0.0.0' });
    const origin = `http://${outside ?? ''}:${String(appliance.port)}`;
    assert.equal((await fetch(origin)).status, 200);
    for (const headers of [{ authorization: 'Basic eDp5' }, { cookie: 'session=1' }]) {
      const answer = await fetch(origin, { headers });
      assert.equal(answer.status, 403);
      assert.match(await answer.text(), /accepted over https only/);
    }
    // a challenge would make git send what must not be sent
    const git = await fetch(
      `${origin}/${appliance.app.name}.git/info/refs?service=git-upload-pack`,
    );
    assert.equal(git.status, 403);
  },
);
