import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { createReleaseReport } from '../../server/actions/release-report.ts';
import { createBuildOutputs } from '../../server/build/outputs.ts';
import { createId, type BuildId } from '../../server/domain/ids.ts';
import type { Release, ReleaseOutcome } from '../../server/domain/release.ts';
import { createWorld } from './world.ts';

async function anApp(t: TestContext) {
  const dir = await mkdtemp(join(tmpdir(), 'monoku-outputs-'));
  t.after(() => rm(dir, { recursive: true }));
  const world = createWorld();
  const ada = world.person('ada@example.com');
  const app = await world.apps.create(ada, { name: 'haiku' });
  const outputs = createBuildOutputs({ dir, limit: 10_000 });
  const { store } = world;
  const report = createReleaseReport({ store, outputs, url: ({ name }) => `http://${name}.test/` });
  const settle = (outcome: ReleaseOutcome): Release => {
    const { release } = world.deploy(app, ada.account);
    world.releases.settle(release.id, outcome);
    return store.ledger.get(release.id) ?? release;
  };
  const told = async (outcome: ReleaseOutcome): Promise<string> => {
    const buildId = createId<BuildId>();
    report.settled({ ...settle(outcome), buildId });
    assert.ok(outputs.ended(buildId));
    return (await outputs.read(buildId)).toString();
  };
  return { settle, told };
}

const CRASH: ReleaseOutcome = { status: 'failed', failure: 'web.1 exited with status 1.' };

test('a first release that fails says why, and that a config var may mend it', async (t) => {
  const { told } = await anApp(t);
  assert.equal(
    await told(CRASH),
    ' !     Release v1 failed: web.1 exited with status 1.\n' +
      ' !     Is a config var missing? config:set tries this code again. ' +
      'Else mend the app and push again.\n',
  );
});

test('a later release that fails says which one goes on serving', async (t) => {
  const { settle, told } = await anApp(t);
  settle({ status: 'succeeded' });
  settle(CRASH);
  assert.equal(
    await told(CRASH),
    ' !     Release v3 failed: web.1 exited with status 1.\n' +
      ' !     v1 goes on serving. Mend the app and push again.\n',
  );
});

test('a release on the air says its name and address', async (t) => {
  const { told } = await anApp(t);
  assert.equal(
    await told({ status: 'succeeded' }),
    '       Released v1\n       http://haiku.test/ deployed to Monoku\n\nVerifying deploy... done.\n',
  );
});
