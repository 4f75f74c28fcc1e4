import { spawn } from 'node:child_process';
import type { WorkingCopy } from './working-copy.ts';

/** A `git push` that can be watched and killed while it runs. */
export interface RunningPush {
  /** Resolves when its output so far matches; rejects when it ends without. */
  shows(mark: RegExp): Promise<void>;
  /** Everything it printed; for when it has ended. */
  ended: Promise<{ readonly code: number | null; readonly text: string }>;
  /** Git and all that it started, at once. */
  kill(): void;
}

export function startPush(copy: WorkingCopy): RunningPush {
  // a group of its own: git leaves the talking to a child
  const child = spawn('git', ['-C', copy.dir, 'push', 'heroku', 'master'], {
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      ...process.env,
      GIT_CONFIG_GLOBAL: '/dev/null',
      GIT_CONFIG_SYSTEM: '/dev/null',
      GIT_TERMINAL_PROMPT: '0',
      LC_ALL: 'C',
    },
  });
  const watchers = new Set<() => void>();
  let text = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk;
      for (const look of watchers) look();
    });
  }
  const ended = new Promise<{ code: number | null; text: string }>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => {
      resolve({ code, text });
    });
  });
  return {
    ended,
    shows(mark) {
      const seen = Promise.withResolvers<undefined>();
      const look = (): void => {
        if (mark.test(text)) seen.resolve(undefined);
      };
      watchers.add(look);
      look();
      void ended.then(() => {
        seen.reject(new Error(`the push ended without ${String(mark)}:\n${text}`));
      });
      return seen.promise.finally(() => watchers.delete(look));
    },
    kill() {
      if (child.pid !== undefined && child.exitCode === null) process.kill(-child.pid, 'SIGKILL');
    },
  };
}
