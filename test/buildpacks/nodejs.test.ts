import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { normalise, text } from '../support/build-output.ts';
import { createBuildSite } from '../support/build-container.ts';
import { startSlug, webCommand } from '../support/slug-dyno.ts';

describe('nodejs', { timeout: 300_000, concurrency: 2 }, () => {
  test('an app without dependencies is built, started, and built again from cache', async () => {
    using site = createBuildSite('node-hello');
    const first = await site.build();
    assert.equal(
      normalise(first.output),
      text`
        -----> Building on the Debian-13 stack
        -----> Determining which buildpack to use for this app
        -----> Node.js app detected

        -----> Installing binaries
               engines.node (package.json): unspecified (use default)
               engines.npm (package.json): unspecified (use default)

               Downloading and installing node <version>...
               Downloading and installing npm <version>...

        -----> Creating runtime environment
               NODE_ENV=production
               NPM_CONFIG_LOGLEVEL=error

        -----> Installing dependencies
               package.json names no dependencies

        -----> Discovering process types
               Default types for buildpack -> web
        -----> Compressing...
               Done: <size>
      `,
    );
    assert.equal(first.status, 0);
    assert.equal(first.result('buildpack'), 'Node.js\n');
    assert.equal(first.result('failure'), null);
    assert.equal(webCommand(first), 'npm start');

    await using dyno = await startSlug(first);
    assert.equal(await (await dyno.fetch('/')).text(), 'Hello from Node.js\n');
    assert.equal(dyno.run('echo $NODE_ENV $WEB_CONCURRENCY'), 'production 1');

    const second = await site.build();
    assert.equal(second.status, 0);
    assert.match(second.output, /Using node [\d.]+ from cache\n +Using npm [\d.]+ from cache/);
  });
});
