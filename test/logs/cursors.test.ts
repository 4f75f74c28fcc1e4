import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { createId, type DynoId } from '../../server/domain/ids.ts';
import { createCursors, type Cursors } from '../../server/logs/cursors.ts';

async function freshFile(t: TestContext): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), 'monoku-cursors-'));
  t.after(() => rm(dir, { recursive: true, force: true }));
  return join(dir, 'cursors.json');
}

function cursorsIn(file: string): Cursors {
  const warn = (message: string, error: unknown): void => {
    throw new Error(message, { cause: error });
  };
  return createCursors({ file, warn });
}

test('a restarted server goes on where the last one stopped reading', async (t) => {
  const file = await freshFile(t);
  const [one, two] = [createId<DynoId>(), createId<DynoId>()];
  const cursors = cursorsIn(file);
  assert.equal(cursors.read(one), null);
  cursors.write(one, '1');
  cursors.write(one, '2');
  cursors.write(two, '3');
  cursors.forget(two);
  await cursors.flush();
  const again = cursorsIn(file);
  assert.equal(again.read(one), '2');
  assert.equal(again.read(two), null);
});

test('a file that makes no sense is as good as none', async (t) => {
  const file = await freshFile(t);
  await writeFile(file, '{"torn":');
  assert.equal(cursorsIn(file).read(createId<DynoId>()), null);
});
