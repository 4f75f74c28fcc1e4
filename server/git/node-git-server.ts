import type { ChildProcess } from 'node:child_process';
import type { EventEmitter } from 'node:events';
import type { Git } from 'node-git-server';

/** What node-git-server emits for a push, tag or fetch; its types leave out what it inherits. */
interface Action extends EventEmitter {
  accept(): void;
  readonly req: NodeJS.ReadableStream;
}

/**
 * Accepts every exchange (what may be pushed was decided before) and looks after the git process
 * of each: node-git-server reads no stderr and dies when git stops reading early.
 */
export function tameServices(git: Git): void {
  const tamed = new WeakSet<Action>();
  const tame = (action: Action): void => {
    // one event per ref
    if (tamed.has(action)) return;
    tamed.add(action);
    action.once('service', (child: ChildProcess) => {
      tameProcess(action, child);
    });
    action.accept();
  };
  for (const event of ['push', 'tag', 'fetch']) git.on(event, tame);
}

function tameProcess(action: Action, child: ChildProcess): void {
  child.stderr?.resume();
  child.stdin?.on('error', () => undefined);
  child.stdin?.once('close', () => {
    action.req.unpipe();
    action.req.resume();
  });
}
