import { dynoName } from '../../server/domain/dyno.ts';
import type { ProcessTypes } from '../../server/domain/procfile.ts';
import type { DynoId, ReleaseId } from '../../server/domain/ids.ts';
import type { LogLine } from '../../server/domain/log-line.ts';
import { createBell } from '../../server/dynos/bell.ts';
import type { ReconcilerDependencies, Timing } from '../../server/dynos/dependencies.ts';
import type { EngineDyno } from '../../server/dynos/engine.ts';
import { createMemoryEngine } from '../../server/dynos/engines/memory.ts';
import { createReconciler, type Reconciler } from '../../server/dynos/reconciler.ts';
import type { RunnableRelease, WantedApp } from '../../server/dynos/wanted.ts';
import { createManualClock, type ManualClock } from './manual-clock.ts';
import { aFormation, anApp, aRelease } from './wishes.ts';

export const TIMING: Timing = {
  bootTimeout: 60,
  stopTimeout: 0.05,
  settleSeconds: 3,
  crashDelays: [0, 1200, 2400],
  steadySeconds: 60,
};

export type World = ReturnType<typeof createWorld>;

export interface WorldSetup {
  readonly overrides?: Partial<ReconcilerDependencies>;
  readonly clock?: ManualClock;
  readonly stopTimeout?: number;
}

/** One app, a memory engine, a ledger in a few variables and a router that applies at once. */
export function createWorld(setup: WorldSetup = {}) {
  const { overrides = {}, clock = createManualClock() } = setup;
  const app = anApp();
  const engine = createMemoryEngine({ now: () => clock.now(), hasSlug: (sha) => sha !== 'bad' });
  const happened = createBell();
  const lines: string[] = [];
  const progress: string[] = [];
  const outcomes = new Map<ReleaseId, string>();
  const warnings: string[] = [];
  const routes: (readonly string[])[] = [];
  const story: string[] = [];
  const cursors = new Map<DynoId, string>();
  let versions = 0;
  let held: Promise<unknown> = Promise.resolve();
  let wish: WantedApp | null = { app, formation: {}, current: null, candidate: null };
  let waiting: RunnableRelease[] = [];

  type Step = 'list' | 'start' | 'stop' | 'route' | 'settle';
  let broken: { readonly step: Step; readonly error: Error } | null = null;
  function tryTo(step: Step): void {
    if (broken?.step === step) throw broken.error;
  }

  function tell(...texts: string[]): void {
    story.push(...texts);
    happened.ring();
  }

  function settle(release: ReleaseId, outcome: { status: string; failure?: string }): void {
    tryTo('settle');
    const candidate = wish?.candidate;
    if (!wish || candidate?.release.id !== release) throw new Error('no such candidate');
    outcomes.set(release, outcome.failure ?? outcome.status);
    const current = outcome.status === 'succeeded' ? candidate : wish.current;
    wish = { ...wish, current, candidate: waiting.shift() ?? null };
    tell(`v${String(candidate.release.version)} ${outcome.status}`);
  }

  async function route(): Promise<void> {
    tryTo('route');
    const names = world.routed();
    routes.push(names);
    tell(`route ${names.join(' ')}`.trim());
    await held;
  }

  const known = new Map<string, string>();
  function versionOf(dyno: string): string {
    return known.get(dyno) ?? '?';
  }

  const dependencies: ReconcilerDependencies = {
    engine: {
      ...engine,
      async list() {
        tryTo('list');
        return engine.list();
      },
      async start(spec) {
        tryTo('start');
        known.set(spec.dyno, `v${String(spec.version)}`);
        tell(`start ${dynoName(spec)}@v${String(spec.version)}`);
        return engine.start(spec);
      },
      async stop(dyno, timeout) {
        tryTo('stop');
        const found = (await engine.list()).find((one) => one.dyno === dyno);
        if (found && !found.exit) tell(`stop ${dynoName(found)}@v${String(found.version)}`);
        return engine.stop(dyno, timeout);
      },
    },
    clock,
    timing: { ...TIMING, stopTimeout: setup.stopTimeout ?? TIMING.stopTimeout },
    startsAtOnce: 2,
    cursors: {
      read: (dyno) => cursors.get(dyno) ?? null,
      write: (dyno, cursor) => cursors.set(dyno, cursor),
      forget: (dyno) => cursors.delete(dyno),
    },
    apps: () => [app.id],
    wanted: (id) => (id === app.id ? wish : null),
    launch: (release) => ({ env: { HEROKU_RELEASE_VERSION: `v${String(release.version)}` } }),
    settle,
    progress: (_release, line) => progress.push(line),
    route,
    log(line: LogLine) {
      lines.push(`${line.source}[${line.dyno}]: ${line.text}`);
      happened.ring();
    },
    warn: (error, message) => {
      warnings.push(`${message} ${String(error)}`);
      happened.ring();
    },
    ...overrides,
  };

  const world = {
    app,
    engine,
    clock,
    lines,
    progress,
    outcomes,
    warnings,
    routes,
    story,
    dependencies,
    reconciler: createReconciler(dependencies),
    get wish(): WantedApp | null {
      return wish;
    },
    set wish(next: WantedApp | null) {
      wish = next;
    },
    scale(quantities: Readonly<Record<string, number>>): void {
      if (wish) wish = { ...wish, formation: aFormation(quantities) };
      world.reconciler.lookAgain(app.id);
    },
    /** Asks for a release; it becomes the candidate, or waits behind the one there is. */
    deploy(types: ProcessTypes): RunnableRelease {
      versions += 1;
      const release = aRelease(app, versions, types);
      if (wish?.candidate) waiting.push(release);
      else if (wish) wish = { ...wish, candidate: release };
      world.reconciler.lookAgain(app.id);
      return release;
    },
    cancel(): void {
      if (wish) wish = { ...wish, candidate: waiting.shift() ?? null };
      world.reconciler.lookAgain(app.id);
    },
    /** Whatever asks for this step fails until `mend`. */
    break(step: Step, error: Error): void {
      broken = { step, error };
    },
    mend(): void {
      broken = null;
    },
    /** The router does not answer until the returned function is called. */
    holdRouter(): () => void {
      const { promise, resolve } = Promise.withResolvers<undefined>();
      held = promise;
      return () => {
        resolve(undefined);
      };
    },
    idle: () => world.reconciler.idle(app.id),
    routed: () =>
      world.reconciler.routed(app.id).map((dyno) => `${dyno.name}@${versionOf(dyno.id)}`),
    status: () => world.reconciler.status(app.id),
    states: () =>
      world.reconciler
        .status(app.id)
        .map(({ name, state, version }) => `${name} ${state} v${String(version)}`),
    /** Ends a running dyno by itself and waits for what is done about it. */
    async crash(name: string, code = 1): Promise<void> {
      engine.kill((await world.dyno(name)).dyno, code);
      await world.idle();
    },
    said: (line: string) => lines.filter((one) => one === line).length,
    hasSaid: (line: string) => world.until(() => lines.includes(line)),
    hasDone: (deed: string) => world.until(() => story.includes(deed)),
    /** Resolves when the condition holds; it is looked at whenever something happens. */
    async until(condition: () => boolean | Promise<boolean>): Promise<void> {
      while (!(await condition())) await happened.heard();
    },
    async running(): Promise<readonly EngineDyno[]> {
      return (await engine.list()).filter(({ exit }) => !exit);
    },
    /** `web.1@v2`, sorted. */
    async names(): Promise<readonly string[]> {
      return (await world.running())
        .map((dyno) => `${dynoName(dyno)}@v${String(dyno.version)}`)
        .sort();
    },
    async dyno(name: string): Promise<EngineDyno> {
      const found = (await world.running()).find((dyno) => dynoName(dyno) === name);
      if (!found) throw new Error(`${name} does not run`);
      return found;
    },
    /** The server goes without a word, and a new one comes. */
    async restartServer(): Promise<Reconciler> {
      world.reconciler.close();
      world.reconciler = createReconciler(dependencies);
      await world.reconciler.start();
      return world.reconciler;
    },
    async close(): Promise<void> {
      waiting = [];
      world.reconciler.close();
      for (const { dyno } of await engine.list()) engine.remove(dyno);
    },
  };
  return world;
}

/** A world that already runs a first release. */
export async function createServingWorld(
  types: ProcessTypes,
  quantities: Readonly<Record<string, number>>,
  setup: WorldSetup = {},
): Promise<World> {
  const world = createWorld(setup);
  const current = world.deploy(types);
  world.wish = { app: world.app, formation: aFormation(quantities), current, candidate: null };
  await world.reconciler.start();
  await world.idle();
  world.story.length = 0;
  world.routes.length = 0;
  world.lines.length = 0;
  return world;
}
