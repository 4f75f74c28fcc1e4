import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { assertOutput } from '../support/build-output.ts';
import { createBuildSite } from '../support/build-container.ts';
import { slugFiles } from '../support/slug-dyno.ts';

describe('bin/build', { timeout: 300_000 }, () => {
  test('an app in no known language is told what was looked for', async () => {
    using site = createBuildSite('no-language');
    const refused = await site.build();
    assertOutput(refused, 'no-language');
    assert.equal(
      refused.result('failure'),
      'No default language could be detected for this app.\n',
    );
    assert.equal(refused.status, 1);
  });

  test('a source without files is refused', async () => {
    using site = createBuildSite('no-language');
    rmSync(join(site.source, 'notes.txt'));
    const refused = await site.build();
    assert.equal(refused.result('failure'), 'The source holds no files.\n');
    assert.equal(refused.status, 1);
  });

  test('.slugignore leaves files out, and knows no negation', async () => {
    using site = createBuildSite('slugignore');
    const built = await site.build();
    assertOutput(built, 'slugignore');
    const files = slugFiles(built).filter((path) => !path.endsWith('/'));
    assert.deepEqual(files, ['./app/.slugignore', './app/index.html']);
  });

  test('odd names and links arrive in the slug, owned by the dyno', async () => {
    using site = createBuildSite('static-site');
    for (const name of ['a name with blanks', '-rf', 'üñí', 'new\nline']) {
      writeFileSync(join(site.source, name), 'x');
    }
    symlinkSync('style.css', join(site.source, 'link.css'));
    mkdirSync(join(site.source, '.git'));
    writeFileSync(join(site.source, '.git/config'), '');
    execFileSync('chmod', ['4755', join(site.source, 'about.html')]);
    const built = await site.build();
    assert.equal(built.status, 0, built.output);
    const list = execFileSync('tar', [
      ...['--list', '--verbose', '--numeric-owner', '--zstd'],
      ...['--quoting-style=literal', '--file', join(built.out, 'slug.tar.zst')],
    ]).toString();
    for (const name of ['a name with blanks', '-rf', 'üñí', 'new\nline', 'link.css -> style.css']) {
      assert.ok(list.includes(` ./app/${name}\n`), `${name} in\n${list}`);
    }
    assert.ok(!list.includes('.git/'));
    assert.match(list, /^-rwxr-xr-x 25000\/25000 .* \.\/app\/about\.html$/m);
  });

  test('a compressed tarball with one folder is stripped of it when asked', async () => {
    using site = createBuildSite('static-site');
    mkdirSync(join(site.source, 'app-1a2b3c'));
    execFileSync('sh', ['-c', 'mv index.html style.css docs about.html app-1a2b3c/'], {
      cwd: site.source,
    });
    const built = await site.build({ environment: { SOURCE_STRIP: '1' } });
    assert.equal(built.status, 0, built.output);
    assert.ok(slugFiles(built).includes('./app/index.html'));
  });

  test('a slug beyond the limit is refused, one beyond the warning is not', async () => {
    using site = createBuildSite('static-site');
    const warned = await site.build({
      environment: { SLUG_WARNING: '1024', SLUG_LIMIT: '1048576' },
    });
    assert.match(warned.output, /Warning: Your slug size \(\d+K\) exceeds our soft limit \(1K\)/);
    assert.equal(warned.status, 0);
    writeFileSync(join(site.source, 'noise'), randomBytes(1_500_000));
    const refused = await site.build({ environment: { SLUG_LIMIT: '1048576' } });
    assert.match(
      refused.output,
      / !     Compiled slug size: 2\.\dM is too large \(max is 1M\)\.\n/,
    );
    assert.match(refused.output, / !       1?2M {2}noise\n/);
    assert.equal(refused.status, 1);
    assert.equal(refused.result('slug.tar.zst'), null);
  });

  test('the sizes and times of a build are told to programs', async () => {
    using site = createBuildSite('static-site');
    const built = await site.build();
    assert.match(
      built.result('metrics') ?? '',
      /^compile_ms=\d+\ncompress_ms=\d+\ntotal_ms=\d+\n$/,
    );
  });

  test('several buildpacks run in order, each with what the one before exported', async () => {
    using site = createBuildSite('static-site');
    writeFileSync(join(site.source, 'package.json'), '{ "private": true }');
    writeFileSync(join(site.source, 'requirements.txt'), '');
    const built = await site.build({
      environment: { BUILDPACKS: 'heroku/nodejs\nheroku/static\n' },
    });
    assert.equal(built.status, 0, built.output);
    assert.match(built.output, /Using buildpack: heroku\/nodejs\n-----> Node\.js app detected\n/);
    assert.match(
      built.output,
      /Using buildpack: heroku\/static\n-----> Static site app detected\n/,
    );
    assert.equal(built.result('buildpack'), 'Static site\n');
    assert.match(built.result('release.yml') ?? '', /\.heroku\/static\/serve/);
  });

  test('a named buildpack that does not fit the app is refused', async () => {
    using site = createBuildSite('static-site');
    const refused = await site.build({ environment: { BUILDPACKS: 'heroku/nodejs' } });
    assert.match(refused.output, /-----> App not compatible with buildpack: heroku\/nodejs\n/);
    assert.equal(refused.result('failure'), 'App not compatible with buildpack: heroku/nodejs\n');
    assert.equal(refused.status, 1);
  });

  test('a buildpack that nobody knows is refused with the known ones', async () => {
    using site = createBuildSite('static-site');
    const refused = await site.build({ environment: { BUILDPACKS: 'acme/cobol' } });
    assert.match(refused.output, /Known by name: heroku\/nodejs heroku\/python heroku\/static/);
    assert.equal(refused.result('failure'), 'There is no buildpack "acme/cobol".\n');
  });

  test('a submodule that cannot be fetched is named with its URL', async () => {
    using site = createBuildSite('static-site');
    const list = join(site.cache, '../submodules');
    writeFileSync(list, `${'a'.repeat(40)}\tvendor/lib\thttps://localhost:1/lib.git\n`);
    const refused = await site.build({
      environment: { SUBMODULES: '/submodules' },
      docker: ['--volume', `${list}:/submodules:ro`],
    });
    assert.equal(
      refused.result('failure'),
      'The submodule "vendor/lib" could not be fetched from https://localhost:1/lib.git.\n',
    );
    assert.equal(refused.status, 1);
  });

  test('a submodule may not lead out of the app or read the build machine', async () => {
    using site = createBuildSite('static-site');
    const list = join(site.cache, '../submodules');
    for (const line of ['../cache\thttps://localhost/x.git', 'lib\tfile:///etc', 'lib\t/etc']) {
      writeFileSync(list, `${'a'.repeat(40)}\t${line}\n`);
      const refused = await site.build({
        environment: { SUBMODULES: '/submodules' },
        docker: ['--volume', `${list}:/submodules:ro`],
      });
      assert.match(refused.output, /leads out of the app|Only https, http, git and ssh/);
      assert.equal(refused.status, 1);
    }
  });

  test('a config var reaches the scripts of the app, and never the slug', async () => {
    using site = createBuildSite('node-hello');
    writeFileSync(
      join(site.source, 'package.json'),
      '{ "scripts": { "start": "node server.js", "build": "test \\"$TOKEN\\" = s3cret" } }',
    );
    const built = await site.build({ configVars: { TOKEN: 's3cret' } });
    assert.equal(built.status, 0, built.output);
    const slug = execFileSync('zstd', ['-dcq', join(built.out, 'slug.tar.zst')], {
      maxBuffer: 512 * 1024 ** 2,
    });
    // package.json holds the value once, for its own check
    assert.equal(slug.toString('latin1').split('s3cret').length, 2);
  });
});
