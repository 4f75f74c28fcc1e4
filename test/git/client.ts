import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import type { TestContext } from 'node:test';

/** What a git command of a person's laptop ended with. */
export interface GitResult {
  readonly code: number | null;
  /** What a person sees: stdout, then stderr. */
  readonly shown: string;
}

/** A working copy with one commit on `main`. */
export interface WorkingCopy {
  readonly dir: string;
  git(...args: readonly string[]): Promise<GitResult>;
  /** Throws unless git succeeds; returns what it printed. */
  must(...args: readonly string[]): Promise<string>;
  /** Writes a file and commits it; returns the commit. */
  commit(file: string, content: string, message?: string): Promise<string>;
}

const ENVIRONMENT = {
  PATH: '/usr/local/bin:/usr/bin:/bin',
  LANG: 'C.UTF-8',
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_TERMINAL_PROMPT: '0',
  GIT_AUTHOR_NAME: 'Ann',
  GIT_AUTHOR_EMAIL: 'ann@example.com',
  GIT_COMMITTER_NAME: 'Ann',
  GIT_COMMITTER_EMAIL: 'ann@example.com',
};

export function startGit(dir: string, args: readonly string[], env: Record<string, string> = {}) {
  return spawn('git', args, {
    cwd: dir,
    env: { ...ENVIRONMENT, HOME: dir, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
}

/** Kills a git command with the programs it started. */
export async function killGit(child: ReturnType<typeof startGit>): Promise<void> {
  const exit = once(child, 'exit');
  process.kill(-(child.pid ?? NaN), 'SIGKILL');
  await exit;
}

export async function runGit(
  dir: string,
  args: readonly string[],
  env: Record<string, string> = {},
): Promise<GitResult> {
  const child = startGit(dir, args, env);
  const [out, err] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'close'),
  ]);
  return { code: child.exitCode, shown: out + err };
}

export function createFolder(t: Pick<TestContext, 'after'>): string {
  const dir = mkdtempSync(join(tmpdir(), 'monoku-copy-'));
  t.after(() => {
    rmSync(dir, { recursive: true, force: true });
  });
  return dir;
}

export async function createWorkingCopy(t: Pick<TestContext, 'after'>): Promise<WorkingCopy> {
  const copy = openWorkingCopy(createFolder(t));
  await copy.must('init', '-q', '-b', 'main');
  await copy.commit('hello.txt', 'hello\n', 'Say hello');
  return copy;
}

export function openWorkingCopy(dir: string): WorkingCopy {
  const must = async (...args: readonly string[]): Promise<string> => {
    const { code, shown } = await runGit(dir, args);
    if (code !== 0) throw new Error(`git ${args.join(' ')}: ${shown}`);
    return shown.trim();
  };
  return {
    dir,
    git: (...args) => runGit(dir, args),
    must,
    async commit(file, content, message = `Change ${file}`) {
      writeFileSync(join(dir, file), content);
      await must('add', '-A');
      await must('commit', '-q', '-m', message);
      return must('rev-parse', 'HEAD');
    },
  };
}
