import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { assertOutput } from '../support/build-output.ts';
import { createBuildSite, type BuildResult, type BuildSite } from '../support/build-container.ts';
import { slugFiles, startSlug, webCommand } from '../support/slug-dyno.ts';

describe('nodejs', { timeout: 900_000 }, () => {
  let hello: BuildSite;
  let first: BuildResult;

  before(async () => {
    hello = createBuildSite('node-hello');
    first = await hello.build();
  });
  after(() => {
    hello[Symbol.dispose]();
  });

  test('an app without dependencies is built and started by its start script', async () => {
    assertOutput(first, 'node-hello');
    assert.equal(first.status, 0);
    assert.equal(first.result('buildpack'), 'Node.js\n');
    assert.equal(first.result('failure'), null);
    assert.equal(webCommand(first), 'npm start');

    await using dyno = await startSlug(first);
    assert.equal(await (await dyno.fetch('/')).text(), 'Hello from Node.js\n');
    assert.equal(dyno.run('echo $NODE_ENV $WEB_CONCURRENCY'), 'production 1');
  });

  test('the second build takes Node.js and npm from the cache', async () => {
    const second = await hello.build();
    assertOutput(second, 'node-hello-again');
    assert.equal(second.status, 0);
  });

  test('development dependencies are installed, pruned from the slug, and not restored', async () => {
    using site = createBuildSite('node-with-dependency');
    const built = await site.build();
    assertOutput(built, 'node-with-dependency');
    assert.equal(webCommand(built), 'node server.js');
    await using dyno = await startSlug(built);
    assert.equal(await (await dyno.fetch('/')).text(), '1m, v22, false\n');

    const again = await site.build();
    assertOutput(again, 'node-with-dependency-again');
    assert.deepEqual(slugFiles(again), slugFiles(built));
  });

  test('a changed dependency is installed, and a build that failed spoils nothing', async () => {
    using site = createBuildSite('node-with-dependency');
    assert.equal((await site.build()).status, 0);
    replace(site, 'package.json', '"ms": "2.1.3"', '"ms": "2.1.2"');
    assert.equal((await site.build()).status, 1);
    replace(site, 'package.json', '"ms": "2.1.2"', '"ms": "2.1.3"');
    const mended = await site.build();
    assert.match(mended.output, /Restored node_modules from cache/);
    assert.equal(mended.status, 0);
    for (const file of ['package.json', 'package-lock.json']) {
      replace(site, file, '"mri": "1.2.0"', '"mri": "~1.2.0"');
    }
    const changed = await site.build();
    assert.match(changed.output, /Installing node modules \(npm ci, package-lock\.json\)/);
    assert.equal(changed.status, 0);
  });

  test('scripts run in order, with config vars and development dependencies', async () => {
    using site = createBuildSite('node-with-build', hello);
    const built = await site.build({ configVars: { GREETING: 'hi', PATH: '/nowhere' } });
    assertOutput(built, 'node-with-build');
    assert.equal(webCommand(built), 'node dist/server.js');
    const files = slugFiles(built);
    assert.ok(files.includes('./app/dist/server.js'));
    assert.ok(!files.some((file) => file.includes('build.js') || file.includes('/mri/')));
  });

  test('yarn.lock is installed with yarn', async () => {
    using site = createBuildSite('node-yarn', hello);
    const built = await site.build();
    assertOutput(built, 'node-yarn');
    assert.equal(webCommand(built), 'yarn start');
    await using dyno = await startSlug(built);
    assert.equal(await (await dyno.fetch('/')).text(), 'Hello from Node.js\n');
    assert.equal(dyno.run('ls node_modules'), 'ms');
  });

  test('a lock file of the newer yarn is installed with the yarn that packageManager names', async () => {
    using site = createBuildSite('node-yarn-berry', hello);
    const built = await site.build();
    assert.match(built.output, /Downloading and installing yarn 4\.9\.1\.\.\./);
    assert.match(built.output, /Installing node modules \(yarn install --immutable\)/);
    await using dyno = await startSlug(built);
    assert.equal(await (await dyno.fetch('/')).text(), 'Hello from Node.js\n');
    assert.equal(dyno.run('ls node_modules'), 'ms');
  });

  test('pnpm-lock.yaml is installed with the pnpm that packageManager names', async () => {
    using site = createBuildSite('node-pnpm', hello);
    const built = await site.build();
    assertOutput(built, 'node-pnpm');
    assert.equal(webCommand(built), 'pnpm start');
    await using dyno = await startSlug(built);
    assert.equal(await (await dyno.fetch('/')).text(), 'Hello from Node.js\n');
    assert.equal(dyno.run('ls node_modules'), 'ms');
  });

  test('a Procfile goes before the start script', async () => {
    using site = createBuildSite('node-hello', hello);
    writeFileSync(join(site.source, 'Procfile'), 'web: node server.js\nworker: sleep 1000\n');
    const built = await site.build();
    assert.match(built.output, /Procfile declares types -> web, worker\n/);
    assert.equal(webCommand(built), 'node server.js');
  });

  for (const [fixture, failure] of [
    ['node-broken-package-json', 'package.json is not valid JSON.'],
    ['node-two-lock-files', 'Two lock files: package-lock.json and yarn.lock.'],
    ['node-unknown-version', 'No release of node satisfies "23.99.x".'],
    ['node-stale-lock', 'package.json and package-lock.json are out of step.'],
    ['node-missing-package', 'A package, or a version of it, could not be had from the registry.'],
    ['node-build-fails', 'The script "build" failed.'],
    ['node-without-start', 'Nothing says how this app starts.'],
  ] as const) {
    test(`${fixture} is refused: ${failure}`, async () => {
      using site = createBuildSite(fixture, hello);
      const refused = await site.build();
      assertOutput(refused, fixture);
      assert.equal(refused.result('failure'), `${failure}\n`);
      assert.equal(refused.status, 1);
      assert.equal(refused.result('slug.tar.zst'), null);
    });
  }
});

function replace(site: BuildSite, file: string, from: string, to: string): void {
  const path = join(site.source, file);
  const before = readFileSync(path, 'utf8');
  assert.ok(before.includes(from), `${file} holds no ${from}`);
  writeFileSync(path, before.replace(from, to));
}
