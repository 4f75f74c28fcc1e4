import { execFileSync, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import {
  chmodSync,
  chownSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ensureStack } from './stack.ts';
import { createTestNetwork } from './test-network.ts';

const DYNO = 25000;
const CA = '/etc/ssl/certs/ca-certificates.crt';
const fixtures = join(import.meta.dirname, '../fixtures/apps');
const buildpacks = join(import.meta.dirname, '../../buildpacks');
const home = randomUUID();

export interface BuildOptions {
  /** Config vars, as files in ENV_DIR. */
  readonly configVars?: Readonly<Record<string, string>>;
  /** More of the container's own environment, such as BUILDPACKS. */
  readonly environment?: Readonly<Record<string, string>>;
  /** Further arguments of `docker run`. */
  readonly docker?: readonly string[];
}

export interface BuildResult {
  readonly status: number;
  readonly output: string;
  /** The named file of /out, or null. */
  readonly result: (name: string) => string | null;
  /** Where /out is on this machine. */
  readonly out: string;
}

/** A fixture app on disk, with a cache that lives as long as the test. */
export interface BuildSite extends Disposable {
  /** A writable copy of the fixture. */
  readonly source: string;
  readonly cache: string;
  /** The address by which a build reaches this machine. */
  readonly gateway: string;
  build(options?: BuildOptions): Promise<BuildResult>;
}

/**
 * A place to build a copy of the fixture in, in containers made as the server makes them. Its cache begins as a
 * copy of the other site's, so that not every test downloads the same runtime.
 */
export function createBuildSite(fixture: string, warm?: BuildSite): BuildSite {
  const root = mkdtempSync(join(tmpdir(), 'monoku-build-'));
  chmodSync(root, 0o755);
  const source = join(root, 'source');
  cpSync(join(fixtures, fixture), source, { recursive: true, verbatimSymlinks: true });
  const cache = folderForDyno(join(root, 'cache'));
  if (warm) execFileSync('cp', ['--archive', `${warm.cache}/.`, cache]);
  const network = createTestNetwork();
  let count = 0;
  return {
    source,
    cache,
    gateway: network.gateway,
    build: (options = {}) =>
      build(
        { root: join(root, `build-${++count}`), source, cache, network: network.name },
        options,
      ),
    [Symbol.dispose]: () => {
      network[Symbol.dispose]();
      rmSync(root, { recursive: true, force: true });
    },
  };
}

interface Place {
  readonly root: string;
  readonly source: string;
  readonly cache: string;
  readonly network: string;
}

async function build(place: Place, options: BuildOptions): Promise<BuildResult> {
  const { root, source, cache } = place;
  mkdirSync(root);
  const out = folderForDyno(join(root, 'out'));
  const app = folderForDyno(join(root, 'app'));
  const env = folderForDyno(join(root, 'env'));
  for (const [name, value] of Object.entries(options.configVars ?? {})) {
    writeFileSync(join(env, name), value);
  }
  const tar = join(root, 'source.tar');
  execFileSync('tar', ['--create', '--file', tar, '--directory', source, '.']);
  const mounts = [
    `${buildpacks}:/buildpacks:ro`,
    `${tar}:/source.tar:ro`,
    `${app}:/app`,
    `${cache}:/cache`,
    `${env}:/env:ro`,
    `${out}:/out`,
    `${CA}:${CA}:ro`,
  ];
  const { status, output } = await run('docker', [
    ...[
      'run',
      '--rm',
      '--label',
      `home=${home}`,
      '--network',
      place.network,
      '--user',
      `${DYNO}:${DYNO}`,
    ],
    ...['--cap-drop', 'ALL', '--security-opt', 'no-new-privileges', '--pids-limit', '1024'],
    ...['--memory', '2g', '--read-only', '--tmpfs', '/tmp:exec,size=1g,mode=1777'],
    ...mounts.flatMap((mount) => ['--volume', mount]),
    ...Object.entries({ ...environment(), ...options.environment }).flatMap(([name, value]) => [
      '--env',
      `${name}=${value}`,
    ]),
    ...(options.docker ?? []),
    ...[ensureStack().build, '/buildpacks/bin/build'],
  ]);
  const result = (name: string): string | null =>
    existsSync(join(out, name)) ? readFileSync(join(out, name), 'utf8') : null;
  return { status, output, result, out };
}

function environment(): Record<string, string> {
  const registry = process.env['npm_config_registry'];
  return {
    STACK: 'debian-13',
    HOME: '/app',
    SOURCE_VERSION: '0123456789abcdef0123456789abcdef01234567',
    REQUEST_ID: randomUUID(),
    NODE_EXTRA_CA_CERTS: CA,
    SSL_CERT_FILE: CA,
    PIP_CERT: CA,
    REQUESTS_CA_BUNDLE: CA,
    GIT_SSL_CAINFO: CA,
    ...(registry === undefined ? {} : { npm_config_registry: registry }),
  };
}

function folderForDyno(path: string): string {
  mkdirSync(path);
  chownSync(path, DYNO, DYNO);
  return path;
}

async function run(
  command: string,
  args: readonly string[],
): Promise<{ status: number; output: string }> {
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => (output += text));
  }
  const status = await new Promise<number>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => {
      resolve(code ?? -1);
    });
  });
  return { status, output };
}
