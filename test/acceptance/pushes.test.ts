import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { randomBytes } from 'node:crypto';
import { chmod, readFile, rm, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, suite, test } from 'node:test';
import {
  checkout,
  eventually,
  freshName,
  start,
  startAppliance,
  type Appliance,
  type Outcome,
} from '../support/appliance.ts';
import { watchMemory } from '../support/memory.ts';
import { workingCopy, type WorkingCopy } from '../support/working-copy.ts';

/** Pushes of every kind to one appliance: what git allows, what apps do wrong, what people try. */
suite('git push', { timeout: 1_200_000 }, () => {
  let monoku: Appliance;
  const copies: WorkingCopy[] = [];

  before(async () => {
    monoku = await startAppliance({ MONOKU_BOOT_TIMEOUT: '20' });
  });

  after(async () => {
    await Promise.all(copies.map((copy) => copy.remove()));
    await monoku.destroy();
  });

  const copyOf = async (app: string, fixture?: string): Promise<WorkingCopy> => {
    const copy = await workingCopy(fixture);
    copies.push(copy);
    await copy.git('remote', 'add', 'heroku', monoku.remote(app));
    return copy;
  };

  const newApp = async (
    prefix: string,
    fixture?: string,
  ): Promise<{ app: string; copy: WorkingCopy }> => {
    const app = freshName(prefix);
    await monoku.mustMonoku('apps:create', app);
    return { app, copy: await copyOf(app, fixture) };
  };

  const accepted = (pushed: Outcome): string => {
    assert.equal(pushed.code, 0, pushed.stderr);
    return pushed.stderr;
  };

  const refused = (pushed: Outcome): string => {
    assert.equal(pushed.code, 1, pushed.stderr);
    return pushed.stderr;
  };

  suite('what git can ask for', () => {
    let app: string;
    let copy: WorkingCopy;
    const push = (...words: string[]): Promise<Outcome> => copy.tryGit('push', 'heroku', ...words);
    const refs = (): Promise<string> => copy.git('ls-remote', 'heroku');

    before(async () => {
      ({ app, copy } = await newApp('site', 'static-site'));
    });

    test('an app without a push is an empty repository', async () => {
      assert.equal(await refs(), '');
      const cloned = await copy.tryGit('clone', monoku.remote(app), 'empty');
      assert.match(accepted(cloned), /cloned an empty repository/);
      await rm(join(copy.dir, 'empty'), { recursive: true });
    });

    test('another branch is kept, and says that it does not deploy', async () => {
      const said = accepted(await push('master:feature'));
      assert.match(said, /Stored feature, which does not deploy: only main and master do\./);
      assert.match(said, /git push heroku feature:main/);
      assert.doesNotMatch(said, /Building/);
      assert.match(await refs(), /refs\/heads\/feature/);
      assert.equal((await monoku.get(app)).status, 503);
    });

    test('master deploys, and a clone gives back what was pushed', async () => {
      assert.match(accepted(await push('master')), /Released v1/);
      assert.match((await monoku.get(app)).body, /Hello from a static site/);
      await copy.git('clone', '-q', monoku.remote(app), 'clone');
      const there = join(copy.dir, 'clone', 'index.html');
      assert.equal(
        await readFile(there, 'utf8'),
        await readFile(join(copy.dir, 'index.html'), 'utf8'),
      );
      await rm(join(copy.dir, 'clone'), { recursive: true });
    });

    test('tags are kept without a build', async () => {
      await copy.git('tag', 'light');
      await copy.git('tag', '-a', '-m', 'one', 'heavy');
      assert.doesNotMatch(accepted(await push('light', 'heavy')), /Building/);
      assert.match(await refs(), /refs\/tags\/light/);
      assert.doesNotMatch(accepted(await push(':light')), /Building/);
      assert.doesNotMatch(await refs(), /refs\/tags\/light/);
    });

    test('a tag object cannot be deployed, and the refusal says how to', async () => {
      assert.match(refused(await push('-f', 'heavy:master')), /Push a tag as "<tag>\^\{\}:main"/);
    });

    test('the deployed branch cannot be deleted, another can', async () => {
      assert.match(
        refused(await push(':master')),
        /remote rejected\] master \(main and master deploy the app and cannot be deleted\)/,
      );
      accepted(await push(':feature'));
      const left = await refs();
      assert.match(left, /refs\/heads\/master/);
      assert.doesNotMatch(left, /feature/);
    });

    test('a rewritten history is refused without force and deploys with it', async () => {
      await copy.write('index.html', '<p>rewritten');
      await copy.git('commit', '-q', '--amend', '-a', '-m', 'Rewritten');
      assert.match(refused(await push('master')), /non-fast-forward/);
      assert.match(accepted(await push('-f', 'master')), /Released v2/);
      assert.equal((await monoku.get(app)).body, '<p>rewritten');
    });

    test('what is deployed already is not built again', async () => {
      assert.match(accepted(await push('master:main')), /is already deployed as v2/);
      assert.doesNotMatch(await monoku.mustMonoku('releases', '-a', app), /v3/);
    });

    test('a push over TLS is checked against the CA of the machine', async () => {
      await copy.write('index.html', '<p>over TLS');
      await copy.commit('Over TLS');
      const url = `https://x:${monoku.token}@localhost:${monoku.apiPort}/${app}.git`;
      const trusting = `http.sslCAInfo=${join(monoku.home, 'ca.pem')}`;
      const plain = await copy.tryGit('ls-remote', url);
      assert.match(plain.stderr, /certificate/);
      const pushed = await copy.tryGit('-c', trusting, 'push', url, 'master');
      assert.match(accepted(pushed), /deployed to Monoku/);
      assert.equal((await monoku.get(app)).body, '<p>over TLS');
    });

    test('while one push builds, another is told whose turn it is', async () => {
      await copy.write('index.html', '<p>the first of two');
      await copy.commit('The first of two');
      const first = push('master');
      await eventually('the first build', async () =>
        (await monoku.mustMonoku('builds', '-a', app)).includes('pending'),
      );
      await copy.write('about.html', '<p>the second of two');
      await copy.commit('The second of two');
      assert.match(
        refused(await push('master:feature')),
        /admin@localhost is pushing to this app since \d+ s: try again later/,
      );
      accepted(await first);
      accepted(await push('master'));
      assert.equal((await monoku.get(app, '/about.html')).body, '<p>the second of two');
    });

    test('a build outlives the pusher, and its output can be read later', async () => {
      await copy.write('index.html', '<p>nobody waited');
      const commit = await copy.commit('Nobody waited');
      const args = ['-C', copy.dir, 'push', 'heroku', 'master'];
      const pusher = start('git', args, { ...process.env, GIT_CONFIG_GLOBAL: '/dev/null' });
      await eventually('the build', async () =>
        (await monoku.mustMonoku('builds', '-a', app)).includes('pending'),
      );
      pusher.kill('SIGKILL');
      await eventually('the page', async () => (await monoku.get(app)).body === '<p>nobody waited');
      const output = await monoku.mustMonoku('builds:output', '-a', app);
      assert.match(output, /Verifying deploy\.\.\. done\./);
      const later = await eventually('the lease', async () => {
        const pushed = await push('master');
        return pushed.code === 0 && pushed;
      });
      assert.match(later.stderr, /is already deployed|up-to-date/);
      assert.match(await refs(), new RegExp(`${commit}\\trefs/heads/master`));
    });

    test('maintenance, no web dyno and an unknown host each have their page', async () => {
      const status = (code: number) => async () => (await monoku.get(app)).status === code;
      await monoku.mustMonoku('maintenance:on', '-a', app);
      await eventually('maintenance', status(503));
      await eventually('H80', async () =>
        (await monoku.mustMonoku('logs', '-n', '20', '-a', app)).includes('code=H80'),
      );
      await monoku.mustMonoku('maintenance:off', '-a', app);
      await eventually('the page again', status(200));
      await monoku.mustMonoku('ps:scale', 'web=0', '-a', app);
      await eventually('no dyno', status(503));
      await eventually('H14', async () =>
        (await monoku.mustMonoku('logs', '-n', '20', '-a', app)).includes('code=H14'),
      );
      assert.equal((await monoku.get(freshName('nobody'))).status, 404);
    });
  });

  suite('who may push', () => {
    const password = 'correct horse battery staple';
    const email = `${freshName('bob')}@example.com`;
    const url = (app: string, user: string, secret: string): string =>
      `http://${encodeURIComponent(user)}:${encodeURIComponent(secret)}@localhost:${monoku.apiPort}/${app}.git`;
    let app: string;
    let copy: WorkingCopy;

    before(async () => {
      ({ app, copy } = await newApp('private', 'static-site'));
      await monoku.mustMonoku('accounts:create', email);
      const words = ['accounts:password', email];
      const setting = spawn(join(checkout, 'scripts', 'monoku'), words, { env: monoku.env });
      setting.stdin.end(`${password}\n`);
      await once(setting, 'close');
      assert.equal(setting.exitCode, 0);
    });

    const failure = async (address: string): Promise<string> => {
      const { code, stderr } = await copy.tryGit('push', address, 'master');
      assert.equal(code, 128);
      return stderr;
    };

    test('a wrong token, a wrong password and no password are all refused alike', async () => {
      for (const [user, secret] of [
        ['x', 'mnk_wrong'],
        [email, 'wrong'],
        ['admin@localhost', ''],
      ] as const) {
        assert.match(await failure(url(app, user, secret)), /Authentication failed/);
      }
    });

    test("somebody else's app looks like none at all", async () => {
      const foreign = await failure(url(app, email, password));
      const unknown = await failure(url('no-such-app', email, password));
      assert.match(foreign, /Couldn't find that app/);
      assert.equal(foreign.replaceAll(app, 'no-such-app'), unknown);
    });

    test('a disabled account is out', async () => {
      await monoku.mustMonoku('accounts:disable', email);
      assert.match(await failure(url(app, email, password)), /Authentication failed/);
    });
  });

  suite('an app and its troubles', () => {
    let app: string;
    let copy: WorkingCopy;
    const push = (): Promise<Outcome> => copy.tryGit('push', 'heroku', 'master');
    const commit = async (files: Readonly<Record<string, string>>): Promise<void> => {
      for (const [path, text] of Object.entries(files)) await copy.write(path, text);
      await copy.commit('A change');
    };
    const server = (text: string): string =>
      `if (!process.env.SECRET_KEY) throw new Error('SECRET_KEY is not set');
       const { execSync } = require('node:child_process');
       const { readFileSync } = require('node:fs');
       const answers = {
         '/env': () => JSON.stringify(process.env),
         '/files': () => execSync('find . -path ./.heroku -prune -o -printf "%P %y %m %l\\\\0"'),
         '/secret': () => execSync('grep -rlF "$SECRET_KEY" /app || true'),
         '/absolute': () => readFileSync('absolute'),
       };
       require('node:http').createServer((request, response) => {
         response.end((answers[request.url] ?? (() => '${text}'))());
       }).listen(process.env.PORT);`;

    before(async () => {
      ({ app, copy } = await newApp('shop'));
    });

    test('a push without a language says what was looked for', async () => {
      await commit({ 'notes.txt': 'milk' });
      const said = refused(await push());
      assert.match(said, /No default language could be detected for this app\./);
      assert.match(said, /nodejs {2}package\.json/);
      assert.match(said, /It holds: notes\.txt/);
    });

    test('a submodule that cannot be fetched is named with its address', async () => {
      const modules = '[submodule "x"]\n\tpath = lib/x\n\turl = https://nowhere.invalid/x.git\n';
      await copy.write('.gitmodules', modules);
      await copy.git('add', '.gitmodules');
      const entry = `160000,${'1'.repeat(40)},lib/x`;
      await copy.git('update-index', '--add', '--cacheinfo', entry);
      await copy.git('commit', '-q', '-m', 'A submodule');
      const said = refused(await push());
      assert.match(said, /"lib\/x" could not be fetched from https:\/\/nowhere\.invalid\/x\.git/);
      assert.match(said, /Could not resolve host/);
      await copy.git('reset', '-q', '--hard', 'HEAD~1');
    });

    test('a first deploy that lacks a config var is refused with its last words', async () => {
      const manifest = {
        name: 'shop',
        scripts: { build: 'echo "building for $SHOP_NAME"', start: 'node server.js' },
      };
      await commit({
        'package.json': JSON.stringify(manifest),
        'server.js': server('open'),
        'worker.js': "console.log('no queue'); process.exit(7);",
      });
      const said = refused(await push());
      assert.match(said, /remote: {8}Error: SECRET_KEY is not set/);
      assert.match(said, /! {5}Release v1 failed: web\.1 \(`npm start`\) exited with status 1/);
      assert.match(said, /config:set tries this code again/);
      assert.doesNotMatch(said, /npm notice/);
      assert.equal(await copy.git('ls-remote', 'heroku'), '');
    });

    test('config:set alone mends it', async () => {
      const vars = ['SECRET_KEY=from-the-config-vars', 'SHOP_NAME=Ünal & Söhne'];
      await monoku.mustMonoku('config:set', ...vars, '-a', app);
      await eventually('the page', async () => (await monoku.get(app)).body === 'open');
      assert.match(accepted(await push()), /is already deployed as v2/);
    });

    test('a wrong line of the Procfile is named', async () => {
      await commit({ Procfile: 'web: node server.js\nthis is wrong\n' });
      assert.match(refused(await push()), /Procfile, line 2: .*found "this is wrong"/);
    });

    test('files of every name, links and executables arrive, and nothing of the host with them', async () => {
      const names = ['a b', 'new\nline', 'quo"te\'s', '$(id)', 'ünï-日本', '-rf', 'x'.repeat(250)];
      const files = [...names, 'bin/tool', 'bin/plain', 'log/debug.log', 'kept/debug.txt'];
      for (const name of files) await copy.write(name, 'text');
      await chmod(join(copy.dir, 'bin/tool'), 0o755);
      const links = { inside: 'server.js', dangling: 'nowhere', absolute: '/etc/hostname' };
      const escape = `../../../..${join(monoku.home, 'master.key')}`;
      for (const [name, target] of Object.entries({ ...links, escape, loop: 'loop' })) {
        await symlink(target, join(copy.dir, name));
      }
      await commit({
        Procfile: 'web: node server.js\nworker: node worker.js\n',
        '.slugignore': '*.log\n',
        '.profile.d/shop.sh': 'export FROM_PROFILE_D="$DYNO has $SHOP_NAME"',
        '.profile': 'export FROM_PROFILE=$PORT',
      });
      const said = accepted(await push());
      assert.match(said, /building for Ünal & Söhne/);
      assert.match(said, /Deleting 1 files matching \.slugignore patterns\./);
      const listed = (await monoku.get(app, '/files')).body.split('\0');
      for (const name of names) assert.ok(listed.includes(`${name} f 644 `), name);
      assert.ok(listed.includes('bin/tool f 755 '));
      assert.ok(listed.includes('bin/plain f 644 '));
      assert.ok(listed.includes('absolute l 777 /etc/hostname'));
      assert.ok(listed.includes(`escape l 777 ${escape}`));
      assert.ok(listed.includes('kept/debug.txt f 644 '));
      assert.ok(!listed.some((line) => line.startsWith('log/debug.log')));
      const host = await readFile('/etc/hostname', 'utf8');
      assert.notEqual((await monoku.get(app, '/absolute')).body.trim(), host.trim());
    });

    test('profiles run before the app, which knows its dyno, port and release', async () => {
      const env = JSON.parse((await monoku.get(app, '/env')).body) as Record<string, string>;
      assert.equal(env['DYNO'], 'web.1');
      assert.match(env['PORT'] ?? '', /^\d+$/);
      assert.equal(env['FROM_PROFILE'], env['PORT']);
      assert.equal(env['FROM_PROFILE_D'], 'web.1 has Ünal & Söhne');
      assert.equal(env['HEROKU_APP_NAME'], app);
      assert.equal(env['HEROKU_RELEASE_VERSION'], 'v3');
      assert.equal(env['HEROKU_SLUG_COMMIT'], (await copy.git('rev-parse', 'HEAD')).trim());
      assert.equal(env['HEROKU_SLUG_DESCRIPTION'], 'A change');
    });

    test('config vars are seen by the build and are not in the slug', async () => {
      assert.equal((await monoku.get(app, '/secret')).body, '');
    });

    test('releases that crash, never listen or lose a worker leave the old one serving', async () => {
      const statuses: number[] = [];
      const steady = setInterval(() => {
        void monoku.get(app).then(
          ({ status }) => statuses.push(status),
          () => statuses.push(0),
        );
      }, 50);
      try {
        await commit({ 'server.js': "throw new Error('all thumbs')" });
        const crashed = refused(await push());
        assert.match(crashed, /Error: all thumbs/);
        assert.match(crashed, /! {5}v3 goes on serving\. Mend the app and push again\./);

        const deaf = "console.log('on 3000'); require('node:http').createServer().listen(3000);";
        await commit({ 'server.js': deaf });
        const silent = refused(await push());
        assert.match(silent, /remote: {8}on 3000/);
        assert.match(silent, /did not listen on \$PORT within 20 seconds of its start \(R10\)/);

        await commit({ 'server.js': server('wider') });
        await monoku.mustMonoku('ps:scale', 'worker=1', '-a', app);
        const workless = refused(await push());
        assert.match(workless, /remote: {8}no queue/);
        assert.match(workless, /worker\.1 \(`node worker\.js`\) exited with status 7/);
        await monoku.mustMonoku('ps:scale', 'worker=0', '-a', app);
        assert.match(accepted(await push()), /Released v7/);
      } finally {
        clearInterval(steady);
      }
      assert.equal((await monoku.get(app)).body, 'wider');
      assert.ok(statuses.length > 100);
      assert.deepEqual(
        statuses.filter((status) => status !== 200),
        [],
      );
    });
  });

  test('a Python app deploys', async () => {
    const { app, copy } = await newApp('python', 'python-flask');
    const said = accepted(await copy.tryGit('push', 'heroku', 'master'));
    assert.match(said, /Python app detected/);
    assert.match(said, /Procfile declares types -> web/);
    assert.equal((await monoku.get(app)).body, 'Hello from Flask\n');
  });

  test('300 MB are pushed while the server grows by less than 100 MB', async () => {
    const { app, copy } = await newApp('large', 'static-site');
    accepted(await copy.tryGit('push', 'heroku', 'master'));
    const memory = watchMemory(await monoku.pid('server'));
    for (let n = 0; n < 12; n += 1) {
      await copy.write(`film-${n}.bin`, randomBytes(25 * 1024 ** 2));
    }
    await copy.write('.slugignore', '*.bin\n');
    await copy.git('config', 'core.compression', '0');
    await copy.git('config', 'core.bigFileThreshold', '1m');
    await copy.commit('Twelve films');
    await memory.reset();
    const before = await memory.now();
    const said = accepted(await copy.tryGit('push', 'heroku', 'master'));
    const growth = (await memory.peak()) - before;
    assert.match(said, /Deleting 12 files/);
    assert.ok(growth < 100, `grew by ${growth} MB from ${before} MB`);
    assert.match((await monoku.get(app)).body, /Hello from a static site/);
  });
});
