import assert from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import { finished } from 'node:stream/promises';
import { test } from 'node:test';
import { startAppliance } from '../git/appliance.ts';
import { createWorkingCopy } from '../git/client.ts';
import { commitNoise } from '../git/large-copy.ts';

const MEGABYTE = 1024 ** 2;
const SIZE = 300;

test('a push of 300 MB passes through without filling memory', { timeout: 300_000 }, async (t) => {
  const sizes: number[] = [];
  const appliance = await startAppliance(t, {}, async (source) => {
    let size = 0;
    const sink = new PassThrough().on('data', (chunk: Buffer) => (size += chunk.length));
    source.pipe(sink);
    await finished(sink);
    sizes.push(size);
    return Buffer.alloc(0);
  });
  const copy = await createWorkingCopy(t);
  await commitNoise(copy, SIZE);
  const before = process.memoryUsage.rss();
  let highest = before;
  const watch = setInterval(() => (highest = Math.max(highest, process.memoryUsage.rss())), 20);
  const push = await copy.git('push', appliance.url, 'main');
  clearInterval(watch);
  assert.equal(push.code, 0, push.shown);
  assert.ok((sizes[0] ?? 0) > SIZE * MEGABYTE);
  const growth = (highest - before) / MEGABYTE;
  t.diagnostic(`grew by ${growth.toFixed(0)} MB`);
  assert.ok(growth < 100, `grew by ${growth.toFixed(0)} MB`);
});
