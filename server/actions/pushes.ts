import type { Readable } from 'node:stream';
import type { Actor } from '../domain/account.ts';
import type { App } from '../domain/app.ts';
import { releaseName } from '../domain/release.ts';
import type { Submodule } from '../domain/submodule.ts';
import type { Store } from '../store/store.ts';
import type { Access } from './access.ts';
import type { Builds } from './builds.ts';

interface Dependencies {
  readonly store: Store;
  readonly access: Access;
  readonly builds: Builds;
}

export interface Push {
  readonly source: Readable;
  readonly commit: string;
  /** The commit's subject. */
  readonly description: string;
  readonly submodules: readonly Submodule[];
}

export interface Deploy {
  /** What the pusher reads, ends with the release's outcome. */
  readonly output: AsyncIterable<Buffer>;
  /** Whether the ref may move; known once `output` has ended. */
  readonly succeeded: Promise<boolean>;
}

export type Pushes = ReturnType<typeof createPushes>;

/** What `git push` and `git fetch` may do and bring about. */
export function createPushes({ store, access, builds }: Dependencies) {
  return {
    authorize(actor: Actor, name: string, wish: 'fetch' | 'push'): App {
      return access.app(actor, name, wish === 'push' ? 'deploy' : 'view');
    },

    /** What the current release was made from: pushing it again moves the ref without a build. */
    deployed(app: App): { readonly commit: string; readonly release: string } | null {
      const current = store.ledger.current(app.id);
      const commit = current?.slugId ? store.slugs.find(current.slugId)?.commit : undefined;
      return current && commit ? { commit, release: releaseName(current) } : null;
    },

    /** The build goes on to its end whether or not anybody reads the output. */
    async deploy(actor: Actor, app: App, push: Push): Promise<Deploy> {
      const build = await builds.create(actor, app.name, {
        source: push.source,
        sourceVersion: push.commit,
        sourceDescription: push.description,
        submodules: push.submodules,
      });
      const ended = Promise.withResolvers<boolean>();
      const follow = builds.follow(actor, app.name, build.id, new AbortController().signal);
      return {
        output: endingWith(follow, () => {
          ended.resolve(builds.succeeded(build.id));
        }),
        succeeded: ended.promise,
      };
    },
  };
}

async function* endingWith(source: AsyncIterable<Buffer>, end: () => void): AsyncGenerator<Buffer> {
  try {
    yield* source;
  } finally {
    end();
  }
}
