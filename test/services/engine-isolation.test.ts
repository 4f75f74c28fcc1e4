import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { connect, createServer, type AddressInfo } from 'node:net';
import { networkInterfaces } from 'node:os';
import { after, suite, test } from 'node:test';
import { containerName } from '../../server/dynos/engines/docker/dyno-container.ts';
import { dockerInspect } from '../support/docker-inspect.ts';
import { engineFixture, SCRATCH } from '../support/docker-engine.ts';
import { dynoBench } from '../support/dynos.ts';

const CONNECT = `use IO::Socket::INET;
for my $place (@ARGV) {
  my $socket = IO::Socket::INET->new(PeerAddr => $place, Timeout => 2);
  print "$place ", ($socket ? "open" : "closed"), "\\n";
}`;
const LISTEN = `use IO::Socket::INET;
$| = 1;
my $server = IO::Socket::INET->new(LocalPort => $ENV{PORT}, Listen => 16) or die;
print "ready\\n";
while (my $client = $server->accept) { print $client "hello\\n" }`;

const fixture = await engineFixture();
after(() => fixture.close());
const { engine } = fixture;
const slug = fixture.slugs.add({ 'connect.pl': CONNECT, 'listen.pl': LISTEN });
const dynos = dynoBench(engine, slug);

/** Which of these places a dyno reaches. */
async function reached(...places: string[]): Promise<string[]> {
  const { stdout } = await dynos.run(`perl connect.pl ${places.join(' ')}`);
  assert.equal(stdout.length, places.length);
  return stdout.filter((line) => line.endsWith('open'));
}

function hostAddresses(): string[] {
  return Object.values(networkInterfaces())
    .flatMap((list) => list ?? [])
    .filter(({ family, internal }) => family === 'IPv4' && !internal)
    .map(({ address }) => address);
}

suite('what a dyno can reach', { timeout: 120_000, concurrency: 2 }, () => {
  test("no other dyno's port, though the host reaches it", async () => {
    const other = await dynos.start('exec perl listen.pl', { type: 'web' });
    await dynos.line(other.dyno, 'ready');
    assert.ok(other.endpoint);
    const { address, port } = other.endpoint;
    const [greeting] = (await once(connect(port, address), 'data')) as [Buffer];
    assert.equal(greeting.toString(), 'hello\n');
    assert.deepEqual(await reached(`${address}:${String(port)}`), []);
    await engine.stop(other.dyno, 0);
  });

  test('no port of the host, by none of its addresses', async (t) => {
    const server = createServer((socket) => socket.end('host')).listen(0, '0.0.0.0');
    t.after(() => server.close());
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const network = await fixture.docker.networks.inspect(await engine.network());
    const gateway = network?.subnets[0]?.replace('.0.0/16', '.0.1') ?? '';
    const places = [gateway, ...hostAddresses()].map((address) => `${address}:${port}`);
    assert.ok(places.length > 1);
    const [answer] = (await once(connect(port, gateway), 'data')) as [Buffer];
    assert.equal(answer.toString(), 'host');
    assert.deepEqual(await reached(...places), []);
  });

  test('not where clouds keep the secrets of a machine', async () => {
    assert.deepEqual(
      await reached('169.254.169.254:80', '168.63.129.16:80', '100.100.100.200:80'),
      [],
    );
  });

  test('the rules come back when somebody flushed them', async () => {
    const chain = `MONOKU-${fixture.home.slice(0, 8)}-OUT`;
    execFileSync('iptables', ['-F', chain]);
    await dynos.run('true');
    assert.match(execFileSync('iptables', ['-S', chain], { encoding: 'utf8' }), /169\.254\.0\.0/);
  });
});

suite('what a dyno may do', { timeout: 180_000, concurrency: 2 }, () => {
  test('it runs as nobody special, without capabilities, unable to gain any', async () => {
    const script = 'id -u; id -g; grep -E "^(CapEff|CapBnd|NoNewPrivs)" /proc/self/status';
    assert.deepEqual((await dynos.run(script)).stdout, [
      '25000',
      '25000',
      'CapEff:\t0000000000000000',
      'CapBnd:\t0000000000000000',
      'NoNewPrivs:\t1',
    ]);
  });

  test('it writes to /app and /tmp, and nowhere else', async () => {
    const script =
      'for d in /app /tmp / /etc /usr /var /run /run/monoku; do touch $d/x 2>/dev/null && echo $d; done; true';
    assert.deepEqual((await dynos.run(script)).stdout, ['/app', '/tmp']);
  });

  test('a program in /tmp and /app can be run', async () => {
    const script =
      'for d in /app /tmp; do printf "#!/bin/sh\\necho $d" >$d/p; chmod +x $d/p; $d/p; done';
    assert.deepEqual((await dynos.run(script)).stdout, ['/app', '/tmp']);
  });

  test('what one writes is gone at the next start, the slug is as it was', async () => {
    const script = 'ls -A /app /tmp; echo changed >connect.pl; touch new /tmp/new';
    const first = await dynos.run(script);
    const second = await dynos.run(script);
    assert.deepEqual(second.stdout, first.stdout);
    assert.deepEqual((await dynos.run('head -c 3 connect.pl')).stdout, ['use']);
  });

  test('it can fill no more than the scratch disk, which is free again afterwards', async () => {
    const write = 'head -c 3G /dev/zero >big; stat -c %s big; exit 9';
    const filled = await dynos.run(write);
    assert.equal(filled.code, 9);
    assert.match(filled.stderr.join(), /No space left on device/);
    const bytes = Number(filled.stdout[0]);
    assert.ok(bytes > 0 && bytes < SCRATCH * 1024 ** 2, `${bytes} bytes`);
    const half = `head -c ${String((SCRATCH / 2) * 1024 ** 2)} /dev/zero >big && echo room`;
    assert.deepEqual((await dynos.run(half)).stdout, ['room']);
  });

  test('more memory than its size has is the end of it, and said to be the cause', async () => {
    const { code, outOfMemory } = await dynos.run("perl -e '$x = 1 x (1 << 30)'");
    assert.deepEqual({ code, outOfMemory }, { code: 137, outOfMemory: true });
  });

  test('it can have as many processes as its size says, and not one more', async () => {
    const script =
      'for $n (1..400) { $p = fork; if (!defined $p) { print $n; last } if (!$p) { sleep 100; exit } }';
    const { stdout } = await dynos.run(`perl -e '${script}'`);
    const last = Number(stdout[0]);
    assert.ok(last > 240 && last <= 256, `the ${last}th was refused`);
  });

  test('the engine keeps no config var where `docker inspect` shows it', async () => {
    const secret = 'hunter2-hunter2';
    const { dyno } = await dynos.start('echo ready; sleep 100', { env: { PASSWORD: secret } });
    await dynos.line(dyno, 'ready');
    const inspected = await dockerInspect(containerName(dyno));
    assert.ok(inspected.includes(dyno));
    assert.ok(!inspected.includes(secret));
    await engine.stop(dyno, 0);
  });

  test("another dyno's config vars and files can't be read", async () => {
    const { dyno } = await dynos.start('echo ready; sleep 100', { env: { PASSWORD: 'x' } });
    await dynos.line(dyno, 'ready');
    const { stdout } = await dynos.run('ls /proc | grep -cE "^[0-9]+$"; find /run -name env');
    assert.deepEqual(stdout.slice(1), ['/run/monoku/env']);
    assert.ok(Number(stdout[0]) < 8);
    await engine.stop(dyno, 0);
  });
});
