import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { assertOutput } from '../support/build-output.ts';
import { createBuildSite, type BuildResult, type BuildSite } from '../support/build-container.ts';
import { slugFiles, startSlug, webCommand } from '../support/slug-dyno.ts';

describe('python', { timeout: 900_000 }, () => {
  let flask: BuildSite;
  let first: BuildResult;

  before(async () => {
    flask = createBuildSite('python-flask');
    first = await flask.build();
  });
  after(() => {
    flask[Symbol.dispose]();
  });

  test('a Flask app is installed with pip and served as its Procfile says', async () => {
    assertOutput(first, 'python-flask');
    assert.equal(first.status, 0);
    assert.equal(first.result('buildpack'), 'Python\n');
    assert.equal(webCommand(first), 'gunicorn app:app');
    await using dyno = await startSlug(first);
    assert.equal(await (await dyno.fetch('/')).text(), 'Hello from Flask\n');
    assert.equal(
      dyno.run('echo $WEB_CONCURRENCY; which python'),
      '2\n/app/.heroku/python/bin/python',
    );
    assert.equal(
      dyno.run('python -c "import ssl, sqlite3, ctypes, lzma, readline; print(1)"'),
      '1',
    );
  });

  test('the second build takes Python and the packages from the cache', async () => {
    const second = await flask.build();
    assertOutput(second, 'python-flask-again');
    assert.deepEqual(slugFiles(second), slugFiles(first));
  });

  test('other requirements are installed anew', async () => {
    using site = createBuildSite('python-flask', flask);
    writeFileSync(join(site.source, 'requirements.txt'), 'itsdangerous==2.2.0\n');
    const built = await site.build();
    assert.match(built.output, /Successfully installed itsdangerous-2\.2\.0\n/);
  });

  test('a Django app without a Procfile starts, with its static files collected', async () => {
    using site = createBuildSite('python-django', flask);
    const built = await site.build();
    assertOutput(built, 'python-django');
    assert.equal(webCommand(built), 'gunicorn --bind 0.0.0.0:$PORT hello.wsgi');
    assert.ok(slugFiles(built).includes('./app/staticfiles/style.css'));
    await using dyno = await startSlug(built);
    assert.equal(await (await dyno.fetch('/')).text(), 'Hello from Django\n');
  });

  test('without gunicorn Django starts by its own server, and DISABLE_COLLECTSTATIC is heeded', async () => {
    using site = createBuildSite('python-django', flask);
    const requirements = 'asgiref==3.8.1\nDjango==5.2.1\nsqlparse==0.5.3\n';
    writeFileSync(join(site.source, 'requirements.txt'), requirements);
    const built = await site.build({ configVars: { DISABLE_COLLECTSTATIC: '1' } });
    assert.match(built.output, /Skipping Django collectstatic since the config var/);
    assert.equal(webCommand(built), 'python manage.py runserver --noreload 0.0.0.0:$PORT');
    await using dyno = await startSlug(built);
    assert.equal(await (await dyno.fetch('/')).text(), 'Hello from Django\n');
  });

  test('settings that fail to load are explained', async () => {
    using site = createBuildSite('python-django', flask);
    writeFileSync(
      join(site.source, 'hello/settings.py'),
      'import os\nSECRET_KEY = os.environ["MY_SECRET"]\n',
    );
    const refused = await site.build();
    assert.match(refused.output, /KeyError: 'MY_SECRET'\n/);
    assert.equal(refused.result('failure'), "Django could not collect the app's static files.\n");
    assert.equal(refused.status, 1);
  });

  test('a Pipfile is installed with pipenv, which stays out of the slug', async () => {
    using site = createBuildSite('python-pipfile', flask);
    const built = await site.build();
    assert.match(built.output, /There is no Pipfile\.lock/);
    await using dyno = await startSlug(built);
    assert.equal(
      dyno.run('python -c "import itsdangerous as i; print(i.Signer.__name__)"'),
      'Signer',
    );
    assert.throws(() => dyno.run('python -c "import pipenv" 2>/dev/null'));
  });

  test("an app's own package is installed with what it depends on", async () => {
    using site = createBuildSite('python-package', flask);
    const built = await site.build();
    assert.match(built.output, /Installing the app's own package using 'pip install -e \.'/);
    await using dyno = await startSlug(built);
    assert.equal(dyno.run('python -c "import greeter; print(greeter.GREETING)"'), 'Hello, Signer');
  });

  test('.python-version chooses a Python that the stack does not hold', async () => {
    using site = createBuildSite('python-flask');
    writeFileSync(join(site.source, '.python-version'), '# ours\n3.11\n');
    const built = await site.build();
    assert.match(built.output, /Using Python 3\.11 specified in \.python-version\n/);
    assert.match(built.output, /Installing Python 3\.11\.\d+\n/);
    await using dyno = await startSlug(built);
    assert.equal(await (await dyno.fetch('/')).text(), 'Hello from Flask\n');
    assert.match(dyno.run('python --version'), /^Python 3\.11\./);
  });

  for (const [fixture, failure] of [
    [
      'python-bad-requirements',
      /^A package, or a version of it, does not exist for Python 3\.13\.\d+\.\n$/,
    ],
    [
      'python-unknown-version',
      /^Python 3\.12\.4, asked for in \.python-version, is not available here\.\n$/,
    ],
    ['python-unreadable-version', /^The Python version in runtime\.txt cannot be read\.\n$/],
  ] as const) {
    test(`${fixture} is refused with an explanation`, async () => {
      using site = createBuildSite(fixture, flask);
      const refused = await site.build();
      assertOutput(refused, fixture);
      assert.match(refused.result('failure') ?? '', failure);
      assert.equal(refused.status, 1);
    });
  }
});
