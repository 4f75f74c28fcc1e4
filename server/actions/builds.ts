import type { Readable } from 'node:stream';
import type { Actor } from '../domain/account.ts';
import type { App } from '../domain/app.ts';
import { APP_DESTROYED, type Build } from '../domain/build.ts';
import { invalid, notFound } from '../domain/errors.ts';
import type { AppId, BuildId } from '../domain/ids.ts';
import type { SourceFiles } from '../build/source-files.ts';
import type { BuildOutputs } from '../build/outputs.ts';
import type { Submodule } from '../domain/submodule.ts';
import type { Store } from '../store/store.ts';
import type { Access } from './access.ts';
import type { Journal } from './journal.ts';

interface Dependencies {
  readonly store: Store;
  readonly access: Access;
  readonly journal: Journal;
  readonly sources: SourceFiles;
  readonly outputs: BuildOutputs;
  /** Wakes the worker for this app; may be lost, the sweeper asks again. */
  enqueue(app: AppId): Promise<void>;
  /** Stops the build of this app that is running now, if one is. */
  cancelRunning(app: AppId): Promise<void>;
}

export interface NewBuild {
  /** A tar, plain or compressed. */
  readonly source: Readable;
  /** The commit, or what the sender calls this version. */
  readonly sourceVersion: string | null;
  readonly sourceDescription: string | null;
  readonly submodules: readonly Submodule[];
}

export type Builds = ReturnType<typeof createBuilds>;

/** Builds: asked for, shown, followed, cancelled. They are run by `actions/build-runs.ts`. */
export function createBuilds(dependencies: Dependencies) {
  const { store, access, journal, sources, outputs, enqueue, cancelRunning } = dependencies;

  /** By id or its beginning; the newest without one. */
  const find = (app: App, id: string | undefined): Build => {
    const builds = store.builds.list(app.id);
    const matches =
      id === undefined ? builds.slice(0, 1) : builds.filter((build) => build.id.startsWith(id));
    const [build, second] = matches;
    if (second) throw invalid(`More than one build begins with ${id ?? ''}: give more of its id.`);
    if (!build) throw notFound('build');
    return build;
  };

  /** Its outcome and the end of its output, unless it has ended before. */
  const end = async (build: Build, failure: string): Promise<void> => {
    if (!store.builds.finish(build.id, { status: 'failed', failure })) return;
    outputs.append(build.id, `\n !     ${failure}\n`);
    outputs.end(build.id);
    // of one that has begun it is still in use; its run removes it
    if (!build.startedAt) await sources.remove(store.builds.sourceId(build.id));
  };

  return {
    /** The source is on disk and the row committed before this resolves. */
    async create(actor: Actor, name: string, input: NewBuild): Promise<Build> {
      const app = access.app(actor, name, 'deploy');
      const { id: sourceId } = await sources.write(input.source);
      const build = store.builds.create({
        appId: app.id,
        accountId: actor.account.id,
        sourceId,
        sourceVersion: input.sourceVersion,
        sourceDescription: input.sourceDescription,
        submodules: input.submodules,
      });
      journal.say(app.id, `Build started by user ${actor.account.email}`);
      await enqueue(app.id);
      return build;
    },

    list(actor: Actor, name: string): readonly Build[] {
      return store.builds.list(access.app(actor, name, 'view').id);
    },

    info(actor: Actor, name: string, id?: string) {
      const app = access.app(actor, name, 'view');
      const build = find(app, id);
      return {
        app,
        build,
        by: store.accounts.find(build.accountId),
        release: build.releaseId ? store.ledger.get(build.releaseId) : undefined,
        slug: build.slugId ? store.slugs.find(build.slugId) : undefined,
      };
    },

    /** Output so far, then live, until build and release have ended. */
    follow(
      actor: Actor,
      name: string,
      id: string | undefined,
      signal: AbortSignal,
    ): AsyncIterable<Buffer> {
      const app = access.app(actor, name, 'view');
      return outputs.follow(find(app, id).id, signal);
    },

    async cancel(actor: Actor, name: string, id?: string): Promise<Build> {
      const app = access.app(actor, name, 'deploy');
      const build = find(app, id);
      if (build.status !== 'pending')
        throw invalid(`Build ${build.id} has ended: it ${build.status}.`);
      journal.say(app.id, `Build cancelled by user ${actor.account.email}`);
      await end(build, `Build cancelled by ${actor.account.email}.`);
      if (build.startedAt) await cancelRunning(app.id);
      return store.builds.find(build.id) ?? build;
    },

    /** Ends what a destroyed app has under way; resolves when nothing of it is built any more. */
    async callOff(app: AppId): Promise<void> {
      await Promise.all(store.builds.pending(app).map((build) => end(build, APP_DESTROYED)));
      await cancelRunning(app);
    },

    /** What became of a build whose output has ended: true when its release serves. */
    succeeded(id: BuildId): boolean {
      const build = store.builds.find(id);
      const release = build?.releaseId ? store.ledger.get(build.releaseId) : undefined;
      return release?.status === 'succeeded';
    },
  };
}
