import type { IncomingMessage, ServerResponse } from 'node:http';
import type { GitActions, GitRepositories } from './actions.ts';
import { createBackend } from './backend.ts';
import { listenForHooks } from './hook-server.ts';
import { createLeases } from './leases.ts';
import { createSmartHttp } from './smart-http.ts';

export interface GitDependencies {
  readonly actions: GitActions;
  readonly repos: GitRepositories;
  /** As whom git runs. */
  readonly owner: { readonly uid: number; readonly gid: number };
  /** Unix sockets: where the hook calls, and where node-git-server listens. */
  readonly hookSocket: string;
  readonly backendSocket: string;
  readonly now: () => Date;
  /** Told of everything that is not a refusal. */
  readonly onFailure: (error: unknown) => void;
}

/** The entrance for git: answers requests below `/<app>.git/`. */
export interface GitEntrance {
  answer(request: IncomingMessage, response: ServerResponse): Promise<void>;
  close(): Promise<void>;
}

export async function openGit(dependencies: GitDependencies): Promise<GitEntrance> {
  const { repos, owner, hookSocket, backendSocket } = dependencies;
  const leases = createLeases(dependencies.now);
  const backend = createBackend({ dir: repos.dir, socket: backendSocket, owner }, repos.env);
  const hooks = await listenForHooks({
    ...dependencies,
    socket: hookSocket,
    gid: owner.gid,
    leases,
  });
  return {
    answer: createSmartHttp({ ...dependencies, backend, leases }),
    async close() {
      await backend.close();
      await hooks.close();
    },
  };
}
