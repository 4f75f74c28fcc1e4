import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { test, type TestContext } from 'node:test';
import { createSlugFiles } from '../../server/build/slug-files.ts';
import { createSourceFiles } from '../../server/build/source-files.ts';
import { PlatformError } from '../../server/domain/errors.ts';

async function folder(t: TestContext): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), 'monoku-files-'));
  t.after(() => rm(dir, { recursive: true }));
  return dir;
}

function bytes(...chunks: string[]): Readable {
  return Readable.from(chunks.map((chunk) => Buffer.from(chunk)));
}

test('a source is found again by its id', async (t) => {
  const sources = createSourceFiles({ dir: join(await folder(t), 'sources'), limit: 100 });
  const { id, size } = await sources.write(bytes('some ', 'code'));
  assert.equal(size, 9);
  assert.equal(await readFile(sources.path(id), 'utf8'), 'some code');
  await sources.remove(id);
  await assert.rejects(readFile(sources.path(id)), { code: 'ENOENT' });
});

test('an id that is none never becomes a path', async (t) => {
  const dir = await folder(t);
  assert.throws(() => createSourceFiles({ dir, limit: 1 }).path('../master.key'), PlatformError);
  assert.throws(() => createSlugFiles({ dir }).path('../master.key'), PlatformError);
});

test('a source over the limit is refused with a sentence and leaves nothing', async (t) => {
  const dir = await folder(t);
  const sources = createSourceFiles({ dir, limit: 8 });
  await assert.rejects(sources.write(bytes('some ', 'code')), /larger than 8 bytes/);
  assert.deepEqual(await readdir(dir), []);
});

test('a source whose sender goes away leaves nothing', async (t) => {
  const dir = await folder(t);
  const cut = new Readable({ read: () => undefined });
  const writing = createSourceFiles({ dir, limit: 100 }).write(cut);
  cut.push('half of');
  setImmediate(() => cut.destroy(new Error('connection reset')));
  await assert.rejects(writing, /connection reset/);
  assert.deepEqual(await readdir(dir), []);
});

test('a slug is named by the SHA-256 of its bytes, and the same bytes are one file', async (t) => {
  const dir = await folder(t);
  const slugs = createSlugFiles({ dir });
  const sha256 = createHash('sha256').update('a slug').digest('hex');
  assert.equal(slugs.has(sha256), false);
  assert.deepEqual(await slugs.add(bytes('a ', 'slug')), { sha256, size: 6 });
  assert.deepEqual(await slugs.add(bytes('a slug')), { sha256, size: 6 });
  assert.equal(slugs.has(sha256), true);
  assert.deepEqual(await readdir(dir), [sha256]);
  await slugs.remove(sha256);
  assert.equal(slugs.has(sha256), false);
});

const WRITER = `
  import { createSlugFiles } from ${JSON.stringify(import.meta.resolve('../../server/build/slug-files.ts'))};
  const slugs = createSlugFiles({ dir: process.argv[1] });
  async function* bytes() {
    for (let i = 0; i < 40; i++) yield Buffer.alloc(64 * 1024, Math.floor(Math.random() * 256));
  }
  for (;;) console.log((await slugs.add(bytes())).sha256);
`;

test(
  'a writer killed at any point leaves no half file under a final name',
  { timeout: 30_000 },
  async (t) => {
    const dir = await folder(t);
    const acknowledged: string[] = [];
    for (let life = 0; life < 4; life++) {
      const child = spawn(process.execPath, ['--input-type=module', '-e', WRITER, dir], {
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      let text = '';
      child.stdout.on('data', (chunk) => (text += String(chunk)));
      await once(child.stdout, 'data');
      setTimeout(() => child.kill('SIGKILL'), Math.random() * 60);
      await once(child, 'close');
      acknowledged.push(...text.split('\n').slice(0, -1));
    }
    const names = (await readdir(dir)).filter((name) => !name.startsWith('.'));
    for (const name of names) {
      const content = await readFile(join(dir, name));
      assert.equal(createHash('sha256').update(content).digest('hex'), name);
    }
    assert.ok(acknowledged.every((sha256) => names.includes(sha256)));
  },
);

test('sweeping removes what was left half-written and nothing else', async (t) => {
  const dir = await folder(t);
  const slugs = createSlugFiles({ dir });
  const { sha256 } = await slugs.add(bytes('a slug'));
  await writeFile(join(dir, '.incoming-0'), 'half a sl');
  await slugs.sweep();
  assert.deepEqual(await readdir(dir), [sha256]);
});

test('sweeping sources keeps those that are named, and whatever is no source', async (t) => {
  const dir = await folder(t);
  const sources = createSourceFiles({ dir, limit: 100 });
  const [kept] = [await sources.write(bytes('to build')), await sources.write(bytes('built'))];
  await writeFile(join(dir, '.incoming-0'), 'half a sou');
  await writeFile(join(dir, 'notes'), 'not ours');
  await sources.sweep(new Set([kept.id]));
  assert.deepEqual((await readdir(dir)).sort(), [`${kept.id}.tar`, 'notes'].sort());
});
