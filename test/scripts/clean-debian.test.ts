import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { resolve } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { run, type Outcome } from './stand-in.ts';

const REPOSITORY = resolve(import.meta.dirname, '../..');
const CA_BUNDLE = '/etc/ssl/certs/ca-certificates.crt';

// Nothing that a developer's machine happens to have: Debian's minimum, git, and the CA bundle.
describe('an empty Debian 13', { timeout: 1_200_000 }, () => {
  const home = randomUUID();
  const image = `monoku-test/empty-debian:${home}`;
  const container = `monoku-test-${home}`;

  before(() => {
    docker(['import', '--change', `LABEL io.monoku.home=${home}`, '-', image], emptyDebian());
    const mount = `${CA_BUNDLE}:${CA_BUNDLE}:ro`;
    const labels = ['--label', `io.monoku.home=${home}`];
    docker(['create', '--name', container, ...labels, '--init', '-v', mount, image, 'sleep', '1h']);
    docker(['cp', '-', `${container}:/`], checkout());
    docker(['start', container]);
  });
  after(() => {
    docker(['rm', '--force', container]);
    docker(['rmi', image]);
  });

  test('is set up by scripts/demo as far as that goes without an engine', async () => {
    const { code, stdout, stderr } = await inside('MONOKU_SETUP_ONLY=1 scripts/demo');
    assert.equal(code, 0, stdout + stderr);
    assert.match(stdout, /Installing Debian packages: .*docker\.io/);
    assert.match(stdout, /Installing Node and the npm packages .*done/);
    assert.match(stdout, /Nothing was started/);
  });

  test('has nothing left to do the second time', async () => {
    const { stdout } = await inside('MONOKU_SETUP_ONLY=1 scripts/up');
    assert.doesNotMatch(stdout, /----->/);
  });

  test("has no service of Debian's to start at boot that was not asked for", async () => {
    const { stdout } = await inside('ls /etc/rc2.d /etc/systemd/system/multi-user.target.wants');
    assert.doesNotMatch(stdout, /^(S\d+redis-server|S\d+ssh|redis-server\.service|ssh\.service)$/m);
  });

  test('passes the type check and the tests that need no daemon', async () => {
    const path = 'PATH=$(ls -d $PWD/node_modules/node-linux-*/bin):$PATH';
    const { code, stdout, stderr } = await inside(
      `${path}; node_modules/.bin/tsc && node --run test`,
    );
    assert.equal(code, 0, stdout.slice(-4000) + stderr);
    assert.match(stdout, /ℹ fail 0/);
  });

  function inside(script: string): Promise<Outcome> {
    const words = ['exec', '--workdir', '/src', container, 'bash', '-c', script];
    return run('docker', words, process.env);
  }
});

function docker(words: readonly string[], input?: Buffer): void {
  execFileSync('docker', words, { input, stdio: ['pipe', 'ignore', 'inherit'] });
}

/** The root file system as a tar; a mirror frozen in time needs the host's leniency. */
function emptyDebian(): Buffer {
  const lenient = ['Check-Valid-Until', 'Check-Date'].filter((name) =>
    /"(false|no|0)"/.test(output('apt-config', ['dump', `Acquire::${name}`])),
  );
  return bytes('mmdebstrap', [
    ...['--quiet', '--mode=root', '--variant=minbase', '--include=git,ca-certificates'],
    ...lenient.map((name) => `--aptopt=Acquire::${name} "false"`),
    ...['trixie', '-', 'http://deb.debian.org/debian'],
  ]);
}

function checkout(): Buffer {
  const left = ['./node_modules', './.git'].map((name) => `--exclude=${name}`);
  return bytes('tar', ['-C', REPOSITORY, ...left, '--transform=s,^[.],src,', '-c', '.']);
}

function output(program: string, words: readonly string[]): string {
  return bytes(program, words).toString();
}

function bytes(program: string, words: readonly string[]): Buffer {
  return execFileSync(program, words, {
    maxBuffer: 1024 ** 3,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
}
