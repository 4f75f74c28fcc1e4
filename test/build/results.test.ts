import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, readdir, rm, symlink, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { collectResults, parseMetrics, readFailure } from '../../server/build/results.ts';
import { createSlugFiles } from '../../server/build/slug-files.ts';

async function setUp(t: TestContext, files: Readonly<Record<string, string>> = {}) {
  const dir = await mkdtemp(join(tmpdir(), 'monoku-results-'));
  t.after(() => rm(dir, { recursive: true }));
  const out = join(dir, 'out');
  await mkdir(out);
  for (const [name, text] of Object.entries(files)) await writeFile(join(out, name), text);
  const slugs = createSlugFiles({ dir: join(dir, 'slugs') });
  return { dir, out, slugs };
}

const limited = { timeout: 5000 };

test('a good build gives slug, types, language and measures', limited, async (t) => {
  const { out, slugs } = await setUp(t, {
    'slug.tar.zst': 'a slug',
    Procfile: 'web: run',
    buildpack: 'Node.js\n',
    metrics: 'compile_ms=1200\ntotal_ms=1500\n',
  });
  const result = await collectResults(out, slugs);
  assert.equal(result.status, 'succeeded');
  assert.equal(result.slug.size, 6);
  assert.ok(slugs.has(result.slug.sha256));
  assert.deepEqual({ ...result.processTypes }, { web: 'run' });
  assert.equal(result.buildpack, 'Node.js');
  assert.deepEqual(result.metrics, { compile_ms: 1200, total_ms: 1500 });
});

test('a bad Procfile keeps no slug', limited, async (t) => {
  const { out, slugs } = await setUp(t, { 'slug.tar.zst': 'a slug', Procfile: 'web' });
  const result = await collectResults(out, slugs);
  assert.equal(result.status, 'failed');
  assert.match(result.failure, /^Procfile, line 1/);
});

test('a slug over the limit is refused, even one that takes no room', limited, async (t) => {
  const { dir, out, slugs } = await setUp(t, { 'slug.tar.zst': '' });
  await truncate(join(out, 'slug.tar.zst'), 1024 ** 3 + 1);
  const result = await collectResults(out, slugs);
  assert.equal(result.status, 'failed');
  assert.match(result.failure, /too many \(max is 1073741824\)/);
  assert.deepEqual(await readdir(dir), ['out']);
});

test('links, pipes and folders are no results', limited, async (t) => {
  const { dir, out, slugs } = await setUp(t);
  await writeFile(join(dir, 'secret'), 'web: secret');
  await symlink(join(dir, 'secret'), join(out, 'failure'));
  assert.equal(await readFailure(out), null);
  execFileSync('mkfifo', [join(out, 'slug.tar.zst')]);
  await mkdir(join(out, 'Procfile'));
  const result = await collectResults(out, slugs);
  assert.deepEqual(result, { status: 'failed', failure: 'The build ended without a slug.' });
});

test('a failure is one line of bounded length', limited, async (t) => {
  const { out } = await setUp(t, { failure: `\n first line \nsecond\n` });
  assert.equal(await readFailure(out), 'first line');
  await writeFile(join(out, 'failure'), 'x'.repeat(10_000));
  assert.equal((await readFailure(out))?.length, 500);
});

test('measures that are none are left out', () => {
  assert.deepEqual(parseMetrics('a=1\nb=-1\nc=x\n__proto__=2\nD=3\ne=4 \nf=5'), {
    a: 1,
    f: 5,
    ['__proto__']: 2,
  });
});
