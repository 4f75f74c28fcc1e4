import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { startAppliance, type Appliance } from './appliance.ts';
import { createWorkingCopy } from './client.ts';
import { NO_ID } from '../../server/git/command-list.ts';
import { encodePacket, FLUSH } from '../../server/git/pkt-line.ts';

const LIMIT = { timeout: 30_000 };
const A = 'a'.repeat(40);
const COMMAND = `${NO_ID} ${A} refs/heads/x\0report-status`;

interface Visit extends RequestInit {
  readonly anonymous?: boolean;
}

/** What a client sends that is no git client; the address carries no credentials by itself. */
async function send(
  appliance: Appliance,
  path: string,
  { anonymous = false, ...init }: Visit = {},
): Promise<{ status: number; body: string; challenge: string | null }> {
  const url = new URL(appliance.url);
  const authorization = `Basic ${btoa(`${url.username}:${url.password}`)}`;
  const headers = new Headers(init.headers);
  if (!anonymous) headers.set('authorization', authorization);
  const response = await fetch(`${url.origin}${path}`, { ...init, headers });
  const challenge = response.headers.get('www-authenticate');
  return { status: response.status, body: await response.text(), challenge };
}

function pathOf(appliance: Appliance, rest: string): string {
  return `/${appliance.app.name}.git/${rest}`;
}

test(
  'every request needs credentials, a direct POST as much as the first GET',
  LIMIT,
  async (t) => {
    const appliance = await startAppliance(t);
    const requests = [
      ['GET', 'info/refs?service=git-receive-pack'],
      ['GET', 'info/refs?service=git-upload-pack'],
      ['POST', 'git-receive-pack'],
      ['POST', 'git-upload-pack'],
      ['GET', 'HEAD'],
      ['GET', '../../etc/passwd'],
    ] as const;
    for (const [method, rest] of requests) {
      const body = method === 'POST' ? encodePacket(COMMAND) : null;
      const answer = await send(appliance, pathOf(appliance, rest), {
        method,
        body,
        anonymous: true,
      });
      if (rest.startsWith('..')) continue;
      assert.equal(answer.status, 401, rest);
      assert.equal(answer.challenge, 'Basic realm="Monoku"');
      assert.match(answer.body, /any user name with an API token as password/);
    }
    assert.equal(appliance.repos.exists(appliance.app.id), false);
  },
);

test('a header that only begins like credentials is answered, not died of', LIMIT, async (t) => {
  const appliance = await startAppliance(t);
  for (const authorization of ['Basic', 'Basic ', 'Bearer x', 'Basic ====', 'Digest a="b"']) {
    const path = pathOf(appliance, 'git-receive-pack');
    const init = { method: 'POST', body: '0000', anonymous: true, headers: { authorization } };
    assert.equal((await send(appliance, path, init)).status, 401, authorization);
  }
});

test('files of a repository are not served and reading makes none', LIMIT, async (t) => {
  const appliance = await startAppliance(t);
  for (const rest of ['HEAD', 'info/refs', 'objects/info/packs', 'config', 'git-upload-archive']) {
    const answer = await send(appliance, pathOf(appliance, rest));
    assert.deepEqual([answer.status, answer.body], [404, "Couldn't find that app.\n"], rest);
  }
  assert.equal(appliance.repos.exists(appliance.app.id), false);
});

test('names with dots, escapes and other apps inside lead nowhere', LIMIT, async (t) => {
  const appliance = await startAppliance(t);
  const { name } = appliance.app;
  const paths = [
    `/..%2f${name}.git/info/refs?service=git-upload-pack`,
    `/%2e%2e%2f${name}.git/info/refs?service=git-upload-pack`,
    `/${name}%00.git/info/refs?service=git-upload-pack`,
    `/${name}.git/%2e%2e/${name}.git/info/refs?service=git-upload-pack`,
    `/${name}.git//info/refs?service=git-upload-pack`,
    `/${appliance.app.id}.git/info/refs?service=git-upload-pack`,
  ];
  for (const path of paths) {
    const answer = await sendRaw(appliance, `GET ${path} HTTP/1.1\r\nHost: x\r\n`);
    assert.match(answer, /^HTTP\/1\.1 404 /, path);
  }
});

async function sendRaw(appliance: Appliance, head: string): Promise<string> {
  const { username, password } = new URL(appliance.url);
  const socket = connect(appliance.port, '127.0.0.1');
  await once(socket, 'connect');
  const authorization = `Authorization: Basic ${btoa(`${username}:${password}`)}`;
  socket.end(`${head}${authorization}\r\nConnection: close\r\n\r\n`);
  return text(socket);
}

test('a body that is no push is refused: junk, an odd coding, broken gzip', LIMIT, async (t) => {
  const appliance = await startAppliance(t);
  const path = pathOf(appliance, 'git-receive-pack');
  const broken = gzipSync(encodePacket(COMMAND)).fill(0x55, 12, 20);
  const bodies = [
    { body: 'zzzz' },
    { body: encodePacket('not a command') },
    { body: encodePacket(COMMAND) },
    { body: 'no gzip at all', headers: { 'content-encoding': 'gzip' } },
    { body: broken, headers: { 'content-encoding': 'gzip' } },
    { body: FLUSH, headers: { 'content-encoding': 'br' } },
    { body: FLUSH, headers: { 'content-encoding': 'gzip, gzip' } },
  ];
  for (const init of bodies) {
    const answer = await send(appliance, path, { method: 'POST', ...init });
    assert.equal(answer.status, 400, String(init.body));
  }
  const fetched = pathOf(appliance, 'git-upload-pack');
  const junk = await send(appliance, fetched, { method: 'POST', body: '0009done\n' });
  assert.equal(junk.status, 400);
  assert.deepEqual(appliance.failures, []);
});

test('a body compressed with gzip is understood', LIMIT, async (t) => {
  const appliance = await startAppliance(t);
  const answer = await send(appliance, pathOf(appliance, 'git-receive-pack'), {
    method: 'POST',
    body: gzipSync(Buffer.concat([encodePacket(`${NO_ID} ${A} HEAD\0report-status`), FLUSH])),
    headers: { 'content-encoding': 'gzip' },
  });
  assert.equal(answer.status, 200);
  assert.match(answer.body, /ng HEAD only branches and tags can be pushed/);
});

test('a ref that is not where the client says is refused before git runs', LIMIT, async (t) => {
  const appliance = await startAppliance(t);
  const answer = await send(appliance, pathOf(appliance, 'git-receive-pack'), {
    method: 'POST',
    body: Buffer.concat([encodePacket(`${A} ${NO_ID} refs/heads/x\0report-status`), FLUSH]),
  });
  assert.match(answer.body, /ng refs\/heads\/x it has moved since you looked: push again/);
});

test('a pack that is none is refused by git, and nothing is deployed', LIMIT, async (t) => {
  const appliance = await startAppliance(t);
  const command = `${NO_ID} ${A} refs/heads/main\0report-status`;
  const answer = await send(appliance, pathOf(appliance, 'git-receive-pack'), {
    method: 'POST',
    body: Buffer.concat([encodePacket(command), FLUSH, Buffer.from('NOT A PACK AT ALL'.repeat(9))]),
  });
  assert.match(answer.body, /ng refs\/heads\/main/);
  assert.equal(appliance.received.length, 0);
  const copy = await createWorkingCopy(t);
  const push = await copy.git('push', appliance.url, 'main');
  assert.equal(push.code, 0, push.shown);
});
