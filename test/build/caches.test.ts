import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { createCaches } from '../../server/build/caches.ts';
import { createId, type AppId } from '../../server/domain/ids.ts';

async function setUp(t: TestContext) {
  const dir = await mkdtemp(join(tmpdir(), 'monoku-caches-'));
  t.after(() => rm(dir, { recursive: true }));
  return { dir, caches: createCaches({ dir }), app: createId<AppId>() };
}

test('what was kept last is the cache, and pruning leaves nothing else', async (t) => {
  const { dir, caches, app } = await setUp(t);
  assert.equal(await caches.newest(app), null);
  for (const words of ['first', 'second']) {
    const begun = await caches.begin(app);
    await writeFile(join(begun, 'words'), words);
    await caches.keep(app, begun);
    assert.equal(await readFile(join((await caches.newest(app)) ?? '', 'words'), 'utf8'), words);
  }
  await caches.prune(app);
  assert.deepEqual(await readdir(join(dir, app)), ['2']);
});

test('after nine comes ten', async (t) => {
  const { caches, app } = await setUp(t);
  for (let count = 0; count < 10; count++) await caches.keep(app, await caches.begin(app));
  assert.match((await caches.newest(app)) ?? '', /\/10$/);
});

test('what was begun and never kept is no cache, and is swept away', async (t) => {
  const { dir, caches, app } = await setUp(t);
  await caches.keep(app, await caches.begin(app));
  const begun = await caches.begin(app);
  await writeFile(join(begun, 'half'), 'a file');
  assert.match((await caches.newest(app)) ?? '', /\/1$/);
  await caches.sweep();
  assert.deepEqual(await readdir(join(dir, app)), ['1']);
});

test('apps have caches of their own, and a forgotten one starts anew', async (t) => {
  const { caches, app } = await setUp(t);
  const other = createId<AppId>();
  await caches.keep(app, await caches.begin(app));
  await caches.keep(other, await caches.begin(other));
  await caches.forget(app);
  assert.equal(await caches.newest(app), null);
  assert.match((await caches.newest(other)) ?? '', /\/1$/);
});

test('sweeping where nothing was ever built does nothing', async (t) => {
  const { dir } = await setUp(t);
  await createCaches({ dir: join(dir, 'missing') }).sweep();
});
