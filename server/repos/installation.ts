import { chmodSync, chownSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Owner } from './git.ts';

/** What every git process is told, in place of the machine's and the user's settings. */
const settingsFor = (hooks: string): string => `[core]
	hooksPath = ${JSON.stringify(hooks)}
[init]
	defaultBranch = main
[receive]
	# unpacking a large push into loose objects takes five times as long
	unpackLimit = 1
	denyCurrentBranch = ignore
	denyDeleteCurrent = ignore
	# not fsckObjects: it refuses old histories for harmless faults, and what is deployed is
	# a tarball that is unpacked in the build container
[repack]
	updateServerInfo = false
[tar]
	umask = 0022
`;

export interface InstallationSettings {
  readonly dir: string;
  readonly owner: Owner;
  /** Unix socket on which the server waits for the pre-receive hook. */
  readonly hookSocket: string;
}

/** Writes what git needs beside the repositories. Returns the environment of every git process. */
export function install(settings: InstallationSettings): Readonly<Record<string, string>> {
  const { dir, owner } = settings;
  const hooks = join(dir, 'hooks');
  const config = join(dir, 'gitconfig');
  mkdirSync(hooks, { recursive: true });
  writeFileSync(config, settingsFor(hooks));
  const hook = join(hooks, 'pre-receive');
  writeFileSync(hook, readFileSync(join(import.meta.dirname, 'hooks/pre-receive')));
  chmodSync(config, 0o644);
  chmodSync(hook, 0o755);
  chmodSync(hooks, 0o755);
  chmodSync(dir, 0o750);
  chownSync(dir, process.getuid?.() ?? owner.uid, owner.gid);
  return {
    PATH: '/usr/local/bin:/usr/bin:/bin',
    LANG: 'C.UTF-8',
    HOME: dir,
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_CONFIG_GLOBAL: config,
    GIT_TERMINAL_PROMPT: '0',
    MONOKU_HOOK: settings.hookSocket,
  };
}
