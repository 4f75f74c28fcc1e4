import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { after, before, suite, test } from 'node:test';
import { OUR_BUILDPACKS } from '../../server/build/build-container.ts';
import type { Builder } from '../../server/build/builder.ts';
import { createId, type AppId } from '../../server/domain/ids.ts';
import { buildFixture, makeTar, type BuildFixture } from '../support/builds.ts';

const apps = join(import.meta.dirname, '../fixtures/apps');
const limited = { timeout: 300_000 };

suite('with our buildpacks', { timeout: 900_000 }, () => {
  let it: BuildFixture;
  let builder: Builder;
  before(async () => {
    it = await buildFixture();
    const registry = process.env['npm_config_registry'];
    builder = it.open({
      buildpacks: OUR_BUILDPACKS,
      env: registry === undefined ? {} : { npm_config_registry: registry },
      limits: { memoryMb: 1024, minutes: 10 },
      // a runtime and its cache outgrow the fixture's small disk
      folders: {
        caches: it.caches,
        scratch: join(it.folder, 'room'),
        secrets: it.options.secrets,
      },
    });
  });
  after(async () => {
    await builder.idle();
    await it.close();
  });

  const build = async (app: string, appId: AppId = createId<AppId>()) => {
    const sourceFile = makeTar(join(apps, app), join(it.folder, `${app}.tar`));
    return it.run(it.task('', { sourceFile, appId }), { builder });
  };

  test('a Node.js app becomes a slug that starts with its main file', limited, async () => {
    const { result, output } = await build('node-with-dependency');
    assert.equal(result.status, 'succeeded', output);
    assert.deepEqual({ ...result.processTypes }, { web: 'node server.js' });
    assert.equal(result.buildpack, 'Node.js');
    assert.ok((result.metrics['compile_ms'] ?? 0) > 0);
    assert.match(output, /^-----> Building on the Debian-13 stack\n/);
    const slug = join(it.slugFiles, result.slug.sha256);
    const files = execFileSync('tar', ['-tf', slug], { encoding: 'utf8', maxBuffer: 2 ** 26 });
    assert.match(files, /^\.\/app\/node_modules\/ms\/index\.js$/m);
  });

  test('its second build finds what the first one fetched', limited, async () => {
    const appId = createId<AppId>();
    const first = await build('node-with-dependency', appId);
    const second = await build('node-with-dependency', appId);
    assert.equal(second.result.status, 'succeeded', second.output);
    assert.match(first.output, /Downloading and installing node/);
    assert.doesNotMatch(second.output, /Downloading and installing node/);
  });

  test('an app that nobody knows fails with the sentence that says so', limited, async () => {
    const { result } = await build('no-language');
    assert.deepEqual(result, {
      status: 'failed',
      failure: 'No default language could be detected for this app.',
    });
  });
});
