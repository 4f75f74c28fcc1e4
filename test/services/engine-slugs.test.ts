import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { existsSync, lstatSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite, test, type TestContext } from 'node:test';
import { DYNO_UID } from '../../server/domain/dyno.ts';
import { createUnpackedSlugs } from '../../server/dynos/engines/docker/slugs.ts';
import { createSlugShelf } from '../support/slugs.ts';
import { makeTar, type TarEntry } from '../support/tar.ts';

function createShelf(context: TestContext, limit = 1024 ** 3) {
  const folder = mkdtempSync(join(tmpdir(), 'monoku-slugs-'));
  context.after(() => {
    rmSync(folder, { recursive: true });
  });
  const shelf = createSlugShelf(join(folder, 'slugs'));
  const unpacked = join(folder, 'unpacked');
  const again = () =>
    createUnpackedSlugs({ path: (sha256) => shelf.path(sha256), unpacked, limit });
  const slugs = again();
  const add = (...entries: TarEntry[]) =>
    shelf.addTar(makeTar([{ name: './app', type: '5' }, ...entries]));
  return { folder, shelf, unpacked, slugs, again, add };
}

const refusal = (words: RegExp) => ({ name: 'PlatformError', message: words });

suite('unpacking a slug (as root)', { timeout: 60_000 }, () => {
  test('its files belong to the dynos’ user, whoever packed them', async (t) => {
    const { slugs, shelf } = createShelf(t);
    const folder = await slugs.ensure(shelf.add({ 'bin/run': '#!/bin/sh', data: 'größe' }));
    assert.equal(readFileSync(join(folder, 'data'), 'utf8'), 'größe');
    const { uid, gid, mode } = statSync(join(folder, 'bin/run'));
    assert.deepEqual([uid, gid, mode & 0o7777], [DYNO_UID, DYNO_UID, 0o755]);
  });

  test('it is unpacked once, however many dynos start at the same time', async (t) => {
    const { slugs, shelf, unpacked } = createShelf(t);
    const sha256 = shelf.add({ a: '1' });
    const folders = await Promise.all([1, 2, 3].map(() => slugs.ensure(sha256)));
    assert.equal(new Set(folders).size, 1);
    writeFileSync(join(folders[0] ?? '', 'mark'), 'still the same');
    assert.equal(existsSync(join(await slugs.ensure(sha256), 'mark')), true);
    assert.deepEqual(readdirSync(unpacked), [sha256]);
  });

  test('after a reboot it is unpacked again, since a power cut may have emptied it', async (t) => {
    const { slugs, shelf, unpacked } = createShelf(t);
    const sha256 = shelf.add({ a: '1' });
    const folder = await slugs.ensure(sha256);
    writeFileSync(join(folder, 'a'), '');
    writeFileSync(join(unpacked, sha256, 'boot'), 'another boot');
    assert.equal(readFileSync(join(await slugs.ensure(sha256), 'a'), 'utf8'), '1');
  });

  test('a damaged file is an R17, and nothing of it is unpacked', async (t) => {
    const { slugs, shelf, unpacked } = createShelf(t);
    const good = shelf.add({ a: '1' });
    const other = 'c'.repeat(64);
    shelf.put(other, readFileSync(shelf.path(good)));
    await assert.rejects(
      slugs.ensure(other),
      refusal(
        new RegExp(
          `^Error R17 \\(Checksum error\\) -> .*Expected: SHA256:${other} Actual: SHA256:${good}$`,
        ),
      ),
    );
    assert.equal(existsSync(unpacked), false);
  });

  test('a missing file is said to be missing', async (t) => {
    const { slugs } = createShelf(t);
    await assert.rejects(slugs.ensure('d'.repeat(64)), refusal(/not on this machine/));
  });

  test('a name that is no checksum leads nowhere', async (t) => {
    const { slugs } = createShelf(t);
    await assert.rejects(slugs.ensure('../../etc'), /is no slug/);
  });

  test('what is no zstd is refused', async (t) => {
    const { slugs, shelf } = createShelf(t);
    const sha256 = createHash('sha256').update('plain').digest('hex');
    shelf.put(sha256, Buffer.from('plain'));
    await assert.rejects(slugs.ensure(sha256), refusal(/^The slug can't be unpacked: /));
  });

  test('what is no tar is refused', async (t) => {
    const { slugs, shelf } = createShelf(t);
    const sha256 = shelf.addTar(Buffer.alloc(4096, 'x'));
    await assert.rejects(slugs.ensure(sha256), refusal(/tar archive/));
  });

  test('a path that leads out is refused', async (t) => {
    const { slugs, add, folder, unpacked } = createShelf(t);
    const sha256 = add({ name: './app/../../../escaped', type: '0', content: 'x' });
    await assert.rejects(slugs.ensure(sha256), refusal(/\.\./));
    assert.equal(existsSync(join(folder, 'escaped')), false);
    assert.deepEqual(readdirSync(unpacked), []);
  });

  test('an absolute path ends up inside, or is refused', async (t) => {
    const { slugs, add } = createShelf(t);
    const target = join(tmpdir(), 'monoku-absolute-path');
    await slugs.ensure(add({ name: target, type: '0', content: 'x' })).catch(() => undefined);
    assert.equal(existsSync(target), false);
  });

  test('nothing is written through a link that leads out', async (t) => {
    const { slugs, add, folder } = createShelf(t);
    const sha256 = add(
      { name: './app/out', type: '2', link: folder },
      { name: './app/out/escaped', type: '0', content: 'x' },
    );
    await slugs.ensure(sha256).catch(() => undefined);
    assert.equal(existsSync(join(folder, 'escaped')), false);
  });

  test('links may point anywhere, as only the dyno follows them', async (t) => {
    const { slugs, add } = createShelf(t);
    const folder = await slugs.ensure(
      add({ name: './app/passwd', type: '2', link: '/etc/passwd' }),
    );
    assert.equal(lstatSync(join(folder, 'passwd')).isSymbolicLink(), true);
  });

  test('a hard link to a file of the host is refused', async (t) => {
    const { slugs, add } = createShelf(t);
    const sha256 = add({ name: './app/shadow', type: '1', link: '/etc/shadow' });
    await assert.rejects(slugs.ensure(sha256), refusal(/unpacked/));
  });

  test('an app that is a link is refused', async (t) => {
    const { slugs, shelf } = createShelf(t);
    const sha256 = shelf.addTar(makeTar([{ name: './app', type: '2', link: '/etc' }]));
    await assert.rejects(slugs.ensure(sha256), refusal(/no folder "app"/));
  });

  test('a device is refused', async (t) => {
    const { slugs, add } = createShelf(t);
    await assert.rejects(slugs.ensure(add({ name: './app/null', type: '3' })), refusal(/null/));
  });

  test('setuid and setgid are dropped', async (t) => {
    const { slugs, add } = createShelf(t);
    const folder = await slugs.ensure(add({ name: './app/su', type: '0', mode: 0o6755 }));
    assert.equal(statSync(join(folder, 'su')).mode & 0o7777, 0o755);
  });

  test('one that grows beyond its bound is refused before it fills the disk', async (t) => {
    const { slugs, shelf, unpacked } = createShelf(t, 1024 ** 2);
    const sha256 = shelf.addTar(
      makeTar([
        { name: './app', type: '5' },
        { name: './app/zeros', type: '0', content: '\0'.repeat(2 * 1024 ** 2) },
      ]),
    );
    await assert.rejects(slugs.ensure(sha256), refusal(/larger than 1048576 bytes/));
    assert.deepEqual(readdirSync(unpacked), []);
  });

  test('only the slugs to keep are kept, and those that somebody just asked for', async (t) => {
    const { slugs, again, shelf, unpacked } = createShelf(t);
    const [one, other, third] = ['1', '2', '3'].map((a) => shelf.add({ a })) as [
      string,
      string,
      string,
    ];
    await Promise.all([slugs.ensure(one), slugs.ensure(other)]);
    await slugs.keep(new Set([one]));
    assert.deepEqual(readdirSync(unpacked).sort(), [one, other].sort());
    const restarted = again();
    await restarted.ensure(third);
    await restarted.keep(new Set([one]));
    assert.deepEqual(readdirSync(unpacked).sort(), [one, third].sort());
    await restarted.clear();
    assert.deepEqual(readdirSync(unpacked), []);
  });

  test('a slug that is removed while it is asked for is there in the end', async (t) => {
    const { again, shelf } = createShelf(t);
    const sha256 = shelf.add({ a: '1' });
    await again().ensure(sha256);
    const slugs = again();
    const [, folder] = await Promise.all([slugs.keep(new Set()), slugs.ensure(sha256)]);
    assert.equal(readFileSync(join(folder, 'a'), 'utf8'), '1');
  });
});
