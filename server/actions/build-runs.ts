import type { BuildOutputs } from '../build/outputs.ts';
import type { Builder, BuildResult, BuildSuccess } from '../build/builder.ts';
import type { SourceFiles } from '../build/source-files.ts';
import type { App } from '../domain/app.ts';
import { APP_DESTROYED, type Build } from '../domain/build.ts';
import { notFound } from '../domain/errors.ts';
import type { AppId } from '../domain/ids.ts';
import type { Slug } from '../domain/slug.ts';
import type { Store } from '../store/store.ts';
import type { ConfigVarActions } from './config-vars.ts';
import type { Journal } from './journal.ts';
import type { ReleaseReport } from './release-report.ts';
import type { Releases } from './releases.ts';

interface Dependencies {
  readonly store: Store;
  readonly journal: Journal;
  readonly configVars: ConfigVarActions;
  readonly releases: Releases;
  readonly report: ReleaseReport;
  readonly builder: Builder;
  readonly outputs: BuildOutputs;
  readonly sources: SourceFiles;
  readonly stack: string;
  lookAgain(app: AppId): void;
}

export type BuildRuns = ReturnType<typeof createBuildRuns>;

const RESTARTED = 'The platform was restarted during the build. Push again.';

/** What the worker does: an app's pending builds in order, each at most once. */
export function createBuildRuns(dependencies: Dependencies) {
  const { store, journal, configVars, releases, report, builder, outputs, sources, lookAgain } =
    dependencies;

  async function runOne(build: Build, signal: AbortSignal): Promise<void> {
    try {
      const app = store.apps.find(build.appId);
      if (!app) {
        fail(build, APP_DESTROYED);
        return;
      }
      const result = await make(app, build, signal);
      if (result.status === 'succeeded') release(app, build, result);
      else fail(build, signal.aborted ? RESTARTED : result.failure);
    } catch (error) {
      fail(
        build,
        "The platform could not run the build; its own log says why. It's not your fault.",
      );
      throw error;
    } finally {
      await sources.remove(store.builds.sourceId(build.id));
    }
  }

  function make(app: App, build: Build, signal: AbortSignal): Promise<BuildResult> {
    const task = {
      id: build.id,
      appId: app.id,
      sourceFile: sources.path(store.builds.sourceId(build.id)),
      sourceVersion: build.sourceVersion,
      submodules: store.builds.submodules(build.id),
      config: configVars.newest(app),
      buildpacks: store.buildpacks.list(app.id),
    };
    const write = (text: Buffer): void => {
      outputs.append(build.id, text);
    };
    return builder.run(task, write, signal);
  }

  /** Slug, release and the build's outcome in one transaction, unless the build was cancelled meanwhile. */
  function release(app: App, build: Build, made: BuildSuccess): void {
    const released = store.transaction(() => {
      if (store.builds.find(build.id)?.status !== 'pending') return false;
      const by = store.accounts.find(build.accountId);
      if (!by) throw notFound('account');
      const slug = keepSlug(app, build, made);
      const { id } = releases.append({
        app,
        by,
        slug,
        cause: 'deploy',
        description: `Deploy ${(build.sourceVersion ?? 'source').slice(0, 8)}`,
        config: configVars.newest(app),
        buildId: build.id,
      });
      return store.builds.finish(build.id, { status: 'succeeded', slugId: slug.id, releaseId: id });
    });
    if (!released) return;
    outputs.append(build.id, '-----> Launching...\n');
    journal.say(app.id, 'Build succeeded');
    lookAgain(app.id);
  }

  function keepSlug(app: App, build: Build, made: BuildSuccess): Slug {
    return store.slugs.create({
      appId: app.id,
      ...made.slug,
      processTypes: made.processTypes,
      commit: build.sourceVersion,
      commitDescription: build.sourceDescription,
      buildpack: made.buildpack,
      stack: dependencies.stack,
    });
  }

  function fail(build: Build, failure: string): void {
    if (!store.builds.finish(build.id, { status: 'failed', failure })) return;
    outputs.append(build.id, `\n !     Push failed: ${failure}\n`);
    outputs.end(build.id);
    journal.say(build.appId, `Build failed: ${failure}`);
  }

  /** The newest build may have an outcome that nobody came to tell. */
  function endOutput(build: Build): void {
    if (build.status === 'pending' || outputs.ended(build.id)) return;
    const release = build.releaseId ? store.ledger.get(build.releaseId) : undefined;
    if (!release) outputs.end(build.id);
    else if (release.status !== 'pending') report.settled(release);
  }

  return {
    /** The app's pending builds, oldest first. Runs for one app must not overlap: the queue sees to that. */
    async run(app: AppId, signal: AbortSignal): Promise<void> {
      for (const build of store.builds.pending(app)) {
        if (signal.aborted) return;
        if (store.builds.start(build.id)) await runOne(build, signal);
      }
    },

    /**
     * After a restart, before anything runs: fails builds that were under way, ends outputs left open, and keeps
     * the sources of only those that are still to run.
     */
    async recover(): Promise<void> {
      const pending = store.builds.appsWithPending().flatMap((app) => store.builds.pending(app));
      for (const build of pending) if (build.startedAt) fail(build, RESTARTED);
      const waiting = pending.filter((build) => !build.startedAt);
      await sources.sweep(new Set(waiting.map((build) => store.builds.sourceId(build.id))));
      for (const app of store.apps.list()) {
        for (const build of store.builds.list(app.id).slice(0, 1)) endOutput(build);
      }
    },
  };
}
