import { execFileSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { parse } from 'yaml';
import type { BuildResult } from './build-container.ts';
import { ensureStack } from './stack.ts';
import { createTestNetwork } from './test-network.ts';

// Enough of a dyno for a buildpack's test: .profile.d, then the web command.
const BOOT =
  'for file in /app/.profile.d/*.sh; do [[ -e $file ]] && . "$file"; done; exec bash -c "$COMMAND"';

export interface SlugDyno extends AsyncDisposable {
  fetch(path: string, init?: RequestInit): Promise<Response>;
  /** Runs a command in the running container, after .profile.d. */
  run(command: string): string;
  logs(): string;
}

/** The web command of a build, from its Procfile or its buildpack's defaults. */
export function webCommand(build: BuildResult): string {
  const procfile = /^web:\s*(.+)$/m.exec(build.result('Procfile') ?? '')?.[1];
  if (procfile !== undefined) return procfile;
  const release = parse(build.result('release.yml') ?? '') as {
    default_process_types?: Record<string, string>;
  } | null;
  const command = release?.default_process_types?.['web'];
  if (command === undefined) throw new Error(`no web process type:\n${build.output}`);
  return command;
}

/** The paths of a slug in its order, but for those of the language's own runtime. */
export function slugFiles(build: BuildResult): string[] {
  const list = execFileSync(
    'tar',
    ['--list', '--zstd', '--file', join(build.out, 'slug.tar.zst')],
    {
      encoding: 'utf8',
      maxBuffer: 64 * 1024 ** 2,
    },
  );
  return list.split('\n').filter((path) => path !== '' && !path.startsWith('./app/.heroku/'));
}

/** Starts the slug of a build in the run image and waits until its port answers. */
export async function startSlug(
  build: BuildResult,
  environment: Readonly<Record<string, string>> = {},
): Promise<SlugDyno> {
  const app = unpack(build);
  const name = `monoku-test-${randomUUID()}`;
  const network = createTestNetwork();
  const variables = { PORT: '5000', HOME: '/app', COMMAND: webCommand(build), ...environment };
  docker(
    ...['run', '--detach', '--init', '--name', name, '--label', `home=${randomUUID()}`],
    ...['--network', network.name],
    ...['--cap-drop', 'ALL', '--memory', '512m', '--read-only', '--tmpfs', '/tmp'],
    ...['--publish', '127.0.0.1::5000', '--volume', `${app}:/app`],
    ...Object.entries(variables).flatMap(([key, value]) => ['--env', `${key}=${value}`]),
    ...[ensureStack().run, 'bash', '-c', BOOT],
  );
  const dyno: SlugDyno = {
    fetch: async (path, init) => await fetch(`http://${docker('port', name, '5000')}${path}`, init),
    run: (command) => docker('exec', '--env', `COMMAND=${command}`, name, 'bash', '-c', BOOT),
    logs: () => execFileSync('sh', ['-c', `docker logs ${name} 2>&1`], { encoding: 'utf8' }),
    [Symbol.asyncDispose]: () => {
      docker('rm', '--force', name);
      network[Symbol.dispose]();
      return Promise.resolve();
    },
  };
  await answering(dyno, name);
  return dyno;
}

function unpack(build: BuildResult): string {
  const folder = join(build.out, '../slug');
  mkdirSync(folder);
  execFileSync('tar', ['--extract', '--zstd', '--file', join(build.out, 'slug.tar.zst')], {
    cwd: folder,
  });
  return join(folder, 'app');
}

async function answering(dyno: SlugDyno, name: string): Promise<void> {
  for (let attempt = 0; attempt < 200; attempt++) {
    try {
      await dyno.fetch('/');
      return;
    } catch {
      await pause(100);
    }
    if (docker('inspect', '--format', '{{.State.Running}}', name) !== 'true') break;
  }
  const logs = dyno.logs();
  await dyno[Symbol.asyncDispose]();
  throw new Error(`The slug's web process does not answer:\n${logs}`);
}

function docker(...args: string[]): string {
  return execFileSync('docker', args, { encoding: 'utf8' }).trim();
}
