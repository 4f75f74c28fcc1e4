import assert from 'node:assert/strict';
import { after, before, suite, test } from 'node:test';
import { eventually, freshName, startAppliance, type Appliance } from '../support/appliance.ts';
import { workingCopy, type WorkingCopy } from '../support/working-copy.ts';

/** One person, one app, one afternoon: the tests build on each other, in order. */
suite('an afternoon with Monoku', { timeout: 900_000 }, () => {
  const app = freshName('haiku');
  let monoku: Appliance;
  let copy: WorkingCopy;

  before(async () => {
    monoku = await startAppliance();
    copy = await workingCopy();
  });

  after(async () => {
    await copy.remove();
    await monoku.destroy();
  });

  const server = (text: string): string => `
const http = require('node:http');
http.createServer((request, response) => {
  if (request.url === '/crash') process.exit(3);
  if (request.url === '/dyno') return response.end(process.env.DYNO);
  if (request.url === '/greeting') return response.end(String(process.env.GREETING));
  response.end(${JSON.stringify(text)});
}).listen(process.env.PORT, () => console.log('ready for haiku'));
`;

  const push = async (): Promise<string> => {
    const { code, stderr } = await copy.tryGit('push', 'heroku', 'master');
    assert.equal(code, 0, stderr);
    return stderr;
  };

  test('an app is created, and asking for its page says that nothing is deployed yet', async () => {
    assert.match(await monoku.mustMonoku('apps:create', app), new RegExp(app));
    await copy.git('remote', 'add', 'heroku', monoku.remote(app));
    const page = await eventually('the route', async () => {
      const answer = await monoku.get(app);
      return answer.status !== 404 && answer;
    });
    assert.equal(page.status, 503);
    assert.equal((await monoku.get(freshName('nobody'))).status, 404);
  });

  test('the first push deploys, and the page is there when it returns', async () => {
    await copy.write(
      'package.json',
      JSON.stringify({ name: 'haiku', scripts: { start: 'node server.js' } }),
    );
    await copy.write('server.js', server('an old silent pond'));
    await copy.commit('An old silent pond');
    const said = await push();
    assert.match(said, /remote: -----> Node\.js app detected/);
    assert.match(said, /remote: -----> Compressing\.\.\./);
    assert.match(said, /remote: -----> Launching\.\.\./);
    assert.match(said, /remote: {8}Released v1\s/);
    assert.match(
      said,
      new RegExp(`remote: {8}http://${app}\\.localhost:${monoku.httpPort}/ deployed to Monoku`),
    );
    assert.match(said, /remote: Verifying deploy\.\.\. done\./);
    assert.match(said, /\* \[new branch\] +master -> master/);
    assert.equal((await monoku.get(app)).body, 'an old silent pond');
  });

  test('a change pushed again replaces the page', async () => {
    await copy.write('server.js', server('a frog jumps in'));
    await copy.commit('A frog jumps in');
    assert.match(await push(), /Released v2/);
    assert.equal((await monoku.get(app)).body, 'a frog jumps in');
  });

  test('a broken push is refused, names the cause, and leaves page, branch and releases alone', async () => {
    const good = (await copy.git('rev-parse', 'HEAD')).trim();
    await copy.write('package.json', '{ "name": ');
    await copy.commit('Something went wrong');
    const { code, stderr } = await copy.tryGit('push', 'heroku', 'master');
    assert.equal(code, 1);
    assert.match(stderr, /remote: {2}! +.*package\.json/);
    assert.match(stderr, /! \[remote rejected\] master -> master/);
    assert.match(await copy.git('ls-remote', 'heroku', 'master'), new RegExp(`^${good}`));
    assert.equal((await monoku.get(app)).body, 'a frog jumps in');
    assert.doesNotMatch(await monoku.mustMonoku('releases', '-a', app), /v3/);
    await copy.git('reset', '-q', '--hard', good);
  });

  test('a config var is seen by the app', async () => {
    const said = await monoku.monoku('config:set', 'GREETING=hello, "world" $HOME', '-a', app);
    assert.equal(said.code, 0, said.stderr);
    await eventually('the greeting', async () =>
      (await monoku.get(app, '/greeting')).body.startsWith('hello'),
    );
    assert.equal((await monoku.get(app, '/greeting')).body, 'hello, "world" $HOME');
    assert.equal(
      (await monoku.mustMonoku('config:get', 'GREETING', '-a', app)).trimEnd(),
      'hello, "world" $HOME',
    );
  });

  test('rollback restores code and config', async () => {
    const said = await monoku.monoku('releases:rollback', 'v1', '-a', app);
    assert.equal(said.code, 0, said.stderr);
    await eventually(
      'the old page',
      async () => (await monoku.get(app)).body === 'an old silent pond',
    );
    assert.equal((await monoku.get(app, '/greeting')).body, 'undefined');
    assert.match(await monoku.mustMonoku('releases', '-a', app), /v4 +Rollback to v1/);
  });

  test('scaled to three, three dynos answer', async () => {
    await monoku.mustMonoku('ps:scale', 'web=3', '-a', app);
    const seen = new Set<string>();
    await eventually('three dynos', async () => {
      seen.add((await monoku.get(app, '/dyno')).body);
      return seen.size === 3;
    });
    assert.deepEqual([...seen].sort(), ['web.1', 'web.2', 'web.3']);
    assert.match(await monoku.mustMonoku('ps', '-a', app), /web\.3: up/);
  });

  test('a dyno that dies returns', async () => {
    await monoku.mustMonoku('ps:scale', 'web=1', '-a', app);
    await eventually(
      'one dyno',
      async () => !(await monoku.mustMonoku('ps', '-a', app)).includes('web.2'),
    );
    assert.equal((await monoku.get(app, '/crash')).status, 503);
    await eventually('the page after a crash', async () => (await monoku.get(app)).status === 200);
    const logs = await monoku.mustMonoku('logs', '-n', '200', '-a', app);
    assert.match(logs, /app\[web\.1\]: ready for haiku/);
    assert.match(logs, /heroku\[web\.1\]: Process exited with status 3/);
    assert.match(logs, /heroku\[web\.1\]: State changed from up to crashed/);
    assert.match(logs, /heroku\[router\]: at=error code=H(13|21) .*path="\/crash"/);
  });

  test('the server is killed under load, and no request fails', async () => {
    const results: number[] = [];
    let asking = true;
    const load = Array.from({ length: 4 }, async () => {
      while (asking) results.push((await monoku.get(app).catch(() => ({ status: 0 }))).status);
    });
    process.kill(await monoku.pid('server'), 'SIGKILL');
    await eventually('load without a server', () => Promise.resolve(results.length > 300));
    const again = await monoku.up();
    assert.equal(again.code, 0, again.stderr);
    const before = results.length;
    await eventually('load with a new server', () =>
      Promise.resolve(results.length > before + 300),
    );
    asking = false;
    await Promise.all(load);
    assert.deepEqual(
      results.filter((status) => status !== 200),
      [],
    );
  });

  test('everything is restarted, and the app comes back by itself', async () => {
    for (const name of ['server', 'router', 'redis'] as const) {
      process.kill(await monoku.pid(name), 'SIGKILL');
    }
    assert.equal((await monoku.up()).code, 0);
    await eventually(
      'the page',
      async () => (await monoku.get(app).catch(() => null))?.status === 200,
    );
    assert.equal((await monoku.get(app)).body, 'an old silent pond');
    await copy.write('server.js', server('the sound of water'));
    await copy.commit('The sound of water');
    assert.match(await push(), /Released v5/);
    assert.equal((await monoku.get(app)).body, 'the sound of water');
  });

  test('a destroyed app is gone', async () => {
    assert.equal((await monoku.monoku('apps:destroy', '-a', app)).code, 1);
    await monoku.mustMonoku('apps:destroy', '-a', app, '--confirm', app);
    await eventually('the end', async () => (await monoku.get(app)).status === 404);
    assert.doesNotMatch(await monoku.mustMonoku('apps'), new RegExp(app));
  });
});
