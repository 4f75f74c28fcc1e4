import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { describe, test } from 'node:test';
import { assertOutput } from '../support/build-output.ts';
import { createBuildSite } from '../support/build-container.ts';
import { startSlug } from '../support/slug-dyno.ts';

describe('static', { timeout: 300_000 }, () => {
  test('a folder of pages is served, and nothing beside it', async () => {
    using site = createBuildSite('static-site');
    const built = await site.build();
    assertOutput(built, 'static-site');
    await using dyno = await startSlug(built);

    const start = await dyno.fetch('/');
    assert.match(await start.text(), /Hello from a static site/);
    assert.equal(start.headers.get('content-type'), 'text/html; charset=utf-8');
    const style = await dyno.fetch('/style.css');
    assert.equal(style.headers.get('content-type'), 'text/css; charset=utf-8');
    const folder = await dyno.fetch('/docs', { redirect: 'manual' });
    assert.deepEqual([folder.status, folder.headers.get('location')], [301, '/docs/']);
    assert.match(await (await dyno.fetch('/docs/')).text(), /Documentation/);

    const etag = style.headers.get('etag') ?? '';
    const fresh = await dyno.fetch('/style.css', { headers: { 'if-none-match': etag } });
    assert.equal(fresh.status, 304);

    for (const path of ['/none', '/.heroku/static/nginx.conf', '/.profile.d/', '/Procfile']) {
      const missing = await dyno.fetch(path);
      assert.equal(missing.status, 404, path);
      assert.match(await missing.text(), /Page not found/);
    }
  });

  test('no path leads out of the folder', async () => {
    using site = createBuildSite('static-site');
    await using dyno = await startSlug(await site.build());
    const { origin } = new URL((await dyno.fetch('/')).url);
    for (const path of [
      '/../../etc/passwd',
      '/%2e%2e/%2e%2e/etc/passwd',
      '/docs/..%2f..%2f..%2fetc/passwd',
    ]) {
      const answer = execFileSync('curl', ['--silent', '--path-as-is', `${origin}${path}`]);
      assert.doesNotMatch(answer.toString(), /root:/);
    }
  });

  test('static.json gives a root, clean URLs, routes, redirects, headers and an error page', async () => {
    using site = createBuildSite('static-json');
    const built = await site.build();
    assert.equal(built.status, 0, built.output);
    await using dyno = await startSlug(built);

    assert.match(await (await dyno.fetch('/')).text(), /Start/);
    const about = await dyno.fetch('/about');
    assert.match(await about.text(), /About/);
    assert.equal(about.headers.get('cache-control'), 'no-store');
    assert.equal(about.headers.get('x-robots-tag'), 'noindex');
    assert.match(await (await dyno.fetch('/app/any/where')).text(), /Start/);
    const old = await dyno.fetch('/old/page', { redirect: 'manual' });
    assert.deepEqual([old.status, old.headers.get('location')], [302, '/new']);
    const missing = await dyno.fetch('/none');
    assert.equal(missing.status, 404);
    assert.match(await missing.text(), /Own 404/);
  });

  test('a static.json that is no JSON is refused', async () => {
    using site = createBuildSite('static-bad-json');
    const refused = await site.build();
    assertOutput(refused, 'static-bad-json');
    assert.equal(refused.result('failure'), 'static.json is not valid JSON.\n');
    assert.equal(refused.status, 1);
  });
});
