import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, suite, test } from 'node:test';
import { createId, type AppId } from '../../server/domain/ids.ts';
import { buildFixture, type BuildFixture, type Built } from '../support/builds.ts';

const limited = { timeout: 120_000 };

function failureOf({ result, output }: Built): string {
  assert.equal(result.status, 'failed', output);
  return result.failure;
}

function slugOf({ result, output }: Built) {
  assert.equal(result.status, 'succeeded', `${JSON.stringify(result)}\n${output}`);
  return result;
}

suite('a build', { timeout: 600_000 }, () => {
  let it: BuildFixture;
  before(async () => {
    it = await buildFixture();
  });
  after(() => it.close());

  const countRunning = async (): Promise<number> => {
    const found = await it.docker.containers.list({ 'io.monoku.home': it.home });
    return found.filter(({ state }) => state === 'running').length;
  };

  test('ends with a slug, its process types and what it measured', limited, async () => {
    const task = it.task(`
      echo 'web: node server.js' >/out/Procfile
      printf 'default_process_types:\\n  web: other\\n  console: node\\n' >/out/release.yml
      echo compile_ms=12 >/out/metrics
      rm /app/build; echo hello >/app/page
      slug
    `);
    const built = slugOf(await it.run(task));
    assert.deepEqual({ ...built.processTypes }, { web: 'node server.js', console: 'node' });
    assert.equal(built.buildpack, 'Test');
    assert.deepEqual(built.metrics, { compile_ms: 12 });
    const list = execFileSync('tar', ['-tf', join(it.slugFiles, built.slug.sha256)], {
      encoding: 'utf8',
    });
    assert.deepEqual(list.trim().split('\n'), ['./app/', './app/page']);
  });

  test('is seen while it runs', limited, async () => {
    // it goes on only once its first words were read here
    const first = Promise.withResolvers<string>();
    const cancelled = new AbortController();
    const running = it.run(it.task('echo first; sleep 600'), {
      signal: cancelled.signal,
      heard: first.resolve,
    });
    assert.equal(await first.promise, 'first\n');
    cancelled.abort();
    await running;
  });

  test(
    'knows its stack, commit, buildpacks and config vars, each var a file in memory',
    limited,
    async () => {
      const odd = 'two\nlines "quoted" $(id) ünïcode ';
      const task = it.task(
        `echo "$STACK $SOURCE_VERSION $REQUEST_ID $HOME"; echo "[$BUILDPACKS]"
       cat /env/ODD; echo; stat -f -c %T /env; env | grep -c ODD || true
       echo no >/env/MORE || true; exit 1`,
        {
          config: { ODD: odd },
          buildpacks: ['heroku/nodejs', 'https://example.org/pack.git#main'],
        },
      );
      const { output, id } = await it.run(task);
      assert.deepEqual(output.split('\n').slice(0, 7), [
        `debian-13 0123abc ${id} /app`,
        '[heroku/nodejs',
        'https://example.org/pack.git#main]',
        ...odd.split('\n'),
        'tmpfs',
        '0',
      ]);
      await it.builder.idle();
      assert.deepEqual(readdirSync(join(it.options.secrets, 'builds')), []);
    },
  );

  test('is told of submodules, and that an upload may lie in one folder', limited, async () => {
    const submodule = { path: 'lib', url: 'https://example.org/lib.git', commit: 'a'.repeat(40) };
    const script = 'cat "$SUBMODULES"; echo "strip $SOURCE_STRIP"; exit 1';
    const task = it.task(script, { submodules: [submodule], origin: 'upload' });
    const { output } = await it.run(task);
    assert.equal(output, `${'a'.repeat(40)}\tlib\thttps://example.org/lib.git\nstrip 1\n`);
  });

  test('runs without rights and without a way to the host', limited, async () => {
    const { output } = await it.run(
      it.task(`
        id -u; grep CapEff /proc/self/status; grep NoNewPrivs /proc/self/status
        touch /usr/x /buildpacks/x /source.tar 2>/dev/null || echo read-only
        curl -s -m 2 http://169.254.169.254/ || echo no metadata
        exit 1
      `),
    );
    assert.deepEqual(output.split('\n').slice(0, 5), [
      '25000',
      'CapEff:\t0000000000000000',
      'NoNewPrivs:\t1',
      'read-only',
      'no metadata',
    ]);
  });

  test('that fails says why, in its own words or by its status', limited, async () => {
    const silent = it.run(it.task('exit 3'));
    const told = it.run(it.task('echo "Failed to compile Node.js app." >/out/failure; exit 1'));
    assert.equal(failureOf(await silent), 'The build ended with status 3.');
    assert.equal(failureOf(await told), 'Failed to compile Node.js app.');
  });

  test('with a bad Procfile fails, naming the line', limited, async () => {
    const task = it.task(`printf 'web: node a.js\\nnonsense\\n' >/out/Procfile; slug`);
    assert.match(failureOf(await it.run(task)), /^Procfile, line 2: .*"nonsense"/);
  });

  test('without a slug fails, though it says that all is well', limited, async () => {
    assert.equal(failureOf(await it.run(it.task('true'))), 'The build ended without a slug.');
  });

  test('gets no file of the host by leaving links for results', limited, async () => {
    const task = it.task('ln -s /etc/shadow /out/Procfile; ln -s /etc/shadow /out/slug.tar.zst');
    assert.equal(failureOf(await it.run(task)), 'The build ended without a slug.');
  });

  test('that is cancelled is gone when that is known', limited, async () => {
    const cancelled = new AbortController();
    const built = await it.run(it.task('trap "" TERM INT; echo up; sleep 600 & wait'), {
      signal: cancelled.signal,
      heard: () => {
        cancelled.abort();
      },
    });
    assert.equal(failureOf(built), 'Build cancelled');
    assert.equal(await countRunning(), 0);
  });

  test('without its image fails, and says how to make it', limited, async () => {
    const builder = it.open({ image: 'monoku/none:none' });
    const built = await it.run(it.task('slug'), { builder });
    assert.match(failureOf(built), /monoku\/none:none is not on this machine. Make it with/);
  });

  test('cancelled before it began never begins', limited, async () => {
    const built = await it.run(it.task('echo up; slug'), { signal: AbortSignal.abort() });
    assert.equal(failureOf(built), 'Build cancelled');
    assert.equal(built.output, '');
    assert.equal(await countRunning(), 0);
  });

  test('that takes too long is stopped', limited, async () => {
    const builder = it.open({ limits: { memoryMb: 256, minutes: 0.03 } });
    const built = await it.run(it.task('sleep 600'), { builder });
    assert.equal(failureOf(built), 'The build took longer than 0.03 minutes and was stopped.');
    assert.equal(await countRunning(), 0);
    await builder.idle();
  });

  test('that eats its memory fails for that reason, itself or a child', limited, async () => {
    const builder = it.open({ limits: { memoryMb: 64, minutes: 2 } });
    const eat = 'head -c 300m /dev/zero | tail >/dev/null';
    const itself = it.run(it.task(`exec tail /dev/zero`), { builder });
    const child = it.run(it.task(`(${eat}) || exit 1; exit 1`), { builder });
    for (const built of await Promise.all([itself, child])) {
      assert.equal(
        failureOf(built),
        'The build needed more than its 64 MB of memory and was stopped.',
      );
    }
    await builder.idle();
  });

  test('that floods its output is followed to its end', limited, async () => {
    const task = it.task('head -c 20m /dev/zero | tr "\\0" x; echo; echo the end; exit 1');
    let [bytes, last] = [0, ''];
    const never = new AbortController().signal;
    await it.builder.run(
      task,
      (text) => {
        bytes += text.length;
        last = text.toString().slice(-20);
      },
      never,
    );
    assert.equal(bytes, 20 * 1024 ** 2 + '\nthe end\n'.length);
    assert.match(last, /the end\n$/);
  });

  test('that fills its disk fails and fills nothing else', limited, async () => {
    const built = await it.run(
      it.task('dd if=/dev/zero of=/app/big bs=1M count=600 2>&1 || exit 1; slug'),
    );
    assert.equal(failureOf(built), 'The build ended with status 1.');
    assert.match(built.output, /No space left on device/);
  });

  test('whose output cannot be kept ends, and its container with it', limited, async () => {
    const task = it.task('echo one; sleep 600');
    const write = (): void => {
      throw new Error('disk full');
    };
    const running = it.builder.run(task, write, new AbortController().signal);
    await assert.rejects(running, /disk full/);
    assert.equal(await countRunning(), 0);
  });

  test('of another app runs beside it', limited, async () => {
    const [one, other] = [it.task('echo up; sleep 600'), it.task('echo up; sleep 600')];
    const stop = new AbortController();
    let up = 0;
    const heard = (): void => {
      if (++up === 2) stop.abort();
    };
    const built = [one, other].map((task) => it.run(task, { signal: stop.signal, heard }));
    assert.deepEqual((await Promise.all(built)).map(failureOf), Array(2).fill('Build cancelled'));
  });

  test('finds the cache of the last good build, and only of that', limited, async () => {
    const appId = createId<AppId>();
    const build = async (script: string): Promise<Built> => it.run(it.task(script, { appId }));
    const look = 'ls /cache; cat /cache/* 2>/dev/null || true';
    assert.equal((await build(`${look}; echo 1 >/cache/kept; slug`)).output, '');
    assert.equal((await build(`${look}; echo 2 >/cache/kept; exit 1`)).output, 'kept\n1\n');
    assert.equal(
      (await build(`${look}; rm /cache/kept; echo 3 >/cache/new; slug`)).output,
      'kept\n1\n',
    );
    assert.equal((await build(`${look}; slug`)).output, 'new\n3\n');
    assert.equal(
      (await build(`${look}; mkdir /cache/d; ln -s /etc /cache/d/l; slug`)).output,
      'new\n3\n',
    );
    assert.match((await build(`readlink /cache/d/l; slug`)).output, /^\/etc$/m);
    await it.builder.idle();
    assert.equal(readdirSync(join(it.caches, appId)).length, 1, 'older caches are gone');
  });

  test('finds no cache after one that has outgrown its limit', limited, async () => {
    const appId = createId<AppId>();
    const builder = it.open({ cacheMb: 2 });
    const build = (script: string) => it.run(it.task(script, { appId }), { builder });
    await build('head -c 1m /dev/zero >/cache/a; slug');
    assert.equal((await build('ls /cache; head -c 5m /dev/zero >/cache/b; slug')).output, 'a\n');
    assert.equal((await build('ls /cache; slug')).output, '');
    await builder.idle();
  });

  test('leaves nothing on the scratch disk', limited, async () => {
    slugOf(await it.run(it.task('mkdir -p /app/a/b; chmod 0 /app/a; mkdir /app/c; slug')));
    await it.builder.idle();
    assert.deepEqual(readdirSync(join(it.options.scratch.folder, 'builds')), []);
    assert.deepEqual(await it.docker.containers.list({ 'io.monoku.home': it.home }), []);
    assert.deepEqual(await it.docker.volumes.list({ 'io.monoku.home': it.home }), []);
  });

  test(
    'of a server that died is swept away by the next, running ones of this one are not',
    limited,
    async () => {
      const died = it.task('echo up; sleep 600');
      const living = it.task('echo up; sleep 600');
      const [diedUp, runningUp] = [
        Promise.withResolvers<string>(),
        Promise.withResolvers<string>(),
      ];
      const stop = new AbortController();
      const next = it.open();
      const lost = it.run(died, { heard: diedUp.resolve });
      const kept = it.run(living, {
        builder: next,
        signal: stop.signal,
        heard: runningUp.resolve,
      });
      await Promise.all([diedUp.promise, runningUp.promise]);
      await next.sweep();
      assert.match(failureOf(await lost), /container was removed/);
      assert.equal(await countRunning(), 1);
      assert.ok(existsSync(join(it.options.scratch.folder, 'builds', living.id)));
      assert.ok(!existsSync(join(it.options.scratch.folder, 'builds', died.id)));
      stop.abort();
      await kept;
      await next.idle();
    },
  );
});
