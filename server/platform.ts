import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import type { Logger } from 'pino';
import { createAccess } from './actions/access.ts';
import { createAccounts } from './actions/accounts.ts';
import type { Actions } from './actions/actions.ts';
import { createApps } from './actions/apps.ts';
import { createBuildRuns } from './actions/build-runs.ts';
import { createBuilds } from './actions/builds.ts';
import { createConfigVars } from './actions/config-vars.ts';
import { createDynos } from './actions/dynos.ts';
import { createFormation } from './actions/formation.ts';
import { createJournal } from './actions/journal.ts';
import { createLaunch } from './actions/launch.ts';
import { createLogActions } from './actions/logs.ts';
import { createPushes } from './actions/pushes.ts';
import { createReleaseReport } from './actions/release-report.ts';
import { createReleases } from './actions/releases.ts';
import { createRoutables } from './actions/routables.ts';
import { createWanted } from './actions/wanted.ts';
import { createBuilder } from './build/builder.ts';
import { createBuildOutputs } from './build/outputs.ts';
import { createBuildQueue } from './build/queue.ts';
import { createSlugFiles } from './build/slug-files.ts';
import { createSourceFiles } from './build/source-files.ts';
import { ensureCertificates } from './certificates.ts';
import type { Config } from './config.ts';
import { createDocker } from './docker/docker.ts';
import { BUILD_OUTPUT_LIMIT } from './domain/build.ts';
import type { AppId } from './domain/ids.ts';
import { openDoor } from './door.ts';
import { HEROKU_CRASH_DELAYS } from './dynos/back-off.ts';
import { systemClock } from './dynos/clock.ts';
import { createDockerEngine } from './dynos/engines/docker/engine.ts';
import { createReconciler, type Reconciler } from './dynos/reconciler.ts';
import { createEvents } from './events.ts';
import { openGit } from './git/git.ts';
import { isGitAddress } from './git/request.ts';
import { openHome, writeSecret, type Owner } from './home.ts';
import { createCursors } from './logs/cursors.ts';
import { createLogs } from './logs/logs.ts';
import { createRepos } from './repos/repositories.ts';
import { createPublisher } from './routes/publisher.ts';
import { createPublishing } from './routes/publishing.ts';
import { openCommandSocket } from './ssh/command-socket.ts';
import type { Host } from './ssh/command.ts';
import { COMMANDS } from './ssh/commands/commands.ts';
import { runCommand } from './ssh/run-command.ts';
import { createStore } from './store/store.ts';

export interface PlatformOptions {
  readonly config: Config;
  /** As whom git runs. */
  readonly owner: Owner;
  readonly logger: Logger;
  readonly version: string;
}

export interface Platform extends AsyncDisposable {
  readonly actions: Actions;
}

/** Milliseconds between two looks for builds that a lost queue forgot. */
const SWEEP_EVERY = 3000;
/** Seconds after which a dyno's start counts as correct, and its next crash as a first one. */
const STEADY_SECONDS = 60;
const STARTS_AT_ONCE = 2;
/** In milliseconds. */
const HOUR = 3_600_000;
const DAY = 24 * HOUR;
/** Bytes of one pushed source (Dev Center, limits: 1 GB checked out). */
const SOURCE_LIMIT = 1024 ** 3;

/** Puts the appliance together and starts it. Disposing of it leaves dynos and router running. */
export async function createPlatform(options: PlatformOptions): Promise<Platform> {
  await using opened = new AsyncDisposableStack();
  const ground = openGround(options, opened);
  const rooms = await openRooms(ground, opened);
  const { actions, runs, queue, reconciler, publishing } = assemble(ground, rooms, opened);

  const first = actions.accounts.ensureAdmin(options.config.adminEmail);
  if (first) writeSecret(ground.home.paths.adminToken, first.token);

  await runs.recover();
  await reconciler.start();
  await publishing.begin();
  every(SWEEP_EVERY, opened, () => {
    for (const app of ground.store.builds.appsWithPending()) void queue.enqueue(app);
  });
  every(HOUR, opened, () => {
    rooms.engine.sweep().catch(ground.report);
  });

  await openEntrances(ground, rooms, { actions, version: options.version }, opened);
  const running = opened.move();
  return { actions, [Symbol.asyncDispose]: () => running.disposeAsync() };
}

type Ground = ReturnType<typeof openGround>;

/** What everything stands on: the home, the store, the log, the clock. */
function openGround({ config, owner, logger }: PlatformOptions, opened: AsyncDisposableStack) {
  const warn = (message: string, error?: unknown): void => {
    logger.warn({ err: error }, message);
  };
  const report = (error: unknown): string => {
    const id = randomUUID();
    logger.error({ err: error, id }, 'something went wrong');
    return id;
  };
  const { now } = systemClock;
  const home = openHome(config.home, owner);
  const { paths } = home;
  const store = createStore({ file: paths.database, masterKey: home.masterKey, now });
  opened.defer(() => {
    store.close();
  });
  const logs = createLogs({ dir: paths.logs, warn });
  opened.defer(() => logs.flush());
  const cursors = createCursors({ file: join(paths.logs, 'cursors.json'), warn });
  opened.defer(() => cursors.flush());
  return { config, owner, warn, report, now, home, paths, store, logs, cursors, ...createEvents() };
}

type Rooms = Awaited<ReturnType<typeof openRooms>>;

/** The mechanisms, strangers to each other. */
async function openRooms(
  { config, home, paths, owner, logs, warn }: Ground,
  opened: AsyncDisposableStack,
) {
  const docker = createDocker({ socket: config.dockerSocket });
  const slugs = createSlugFiles({ dir: paths.slugs });
  const engine = createDockerEngine({
    docker,
    home: home.id,
    image: config.runImage,
    slugs: { path: slugs.path, unpacked: paths.unpacked },
    scratch: { folder: paths.scratch, image: paths.scratchImage, megabytes: config.scratchMb },
    secrets: home.secrets,
  });
  await engine.prepare();
  const sources = createSourceFiles({ dir: paths.sources, limit: SOURCE_LIMIT });
  const builder = createBuilder({
    docker,
    home: home.id,
    image: config.buildImage,
    stack: config.stack,
    network: engine.network,
    slugs,
    folders: { caches: paths.caches, scratch: paths.scratch, secrets: home.secrets },
    limits: { memoryMb: config.buildMemoryMb, minutes: config.buildMinutes },
    env: config.buildEnv,
    warn,
  });
  await Promise.all([slugs.sweep(), builder.sweep()]);
  const publisher = await createPublisher({
    socketPath: paths.routerSocket,
    onAccess: ({ app, time, text }) => {
      const from = { source: 'heroku', dyno: 'router' } as const;
      logs.write({ appId: app as AppId, time: new Date(time), ...from, text });
    },
    warn,
  });
  opened.defer(() => publisher.close());
  const outputs = createBuildOutputs({ dir: paths.builds, limit: BUILD_OUTPUT_LIMIT });
  const repos = createRepos({ dir: paths.repos, owner, hookSocket: paths.hookSocket });
  return { slugs, engine, sources, builder, outputs, repos, publisher };
}

/** Actions, and the two that act on them: the build worker and the reconciler. */
function assemble(ground: Ground, rooms: Rooms, opened: AsyncDisposableStack) {
  const { config, home, paths, store, logs, warn, now, lookAgain, onLookAgain } = ground;
  const { outputs, sources, builder, repos } = rooms;
  const access = createAccess({ store });
  const journal = createJournal(logs.write, now);
  const base = { store, access, journal, lookAgain, onLookAgain, outputs, sources, builder };

  const report = createReleaseReport({ store, outputs, url: (app) => appUrl(config, app.name) });
  const releases = createReleases({ ...base, settled: report.settled });
  const configVars = createConfigVars({ ...base, releases });
  const runs = createBuildRuns({ ...base, configVars, releases, report, stack: config.stack });
  const queue = createBuildQueue({
    redis: paths.redisSocket,
    prefix: `monoku-${home.id}`,
    atOnce: config.buildsAtOnce,
    run: runs.run,
    warn,
  });
  opened.defer(() => queue.close());
  const builds = createBuilds({ ...base, enqueue: queue.enqueue, cancelRunning: queue.cancel });

  const reconciler: Reconciler = createReconciler({
    engine: rooms.engine,
    clock: systemClock,
    timing: {
      bootTimeout: config.bootTimeout,
      stopTimeout: config.stopTimeout,
      settleSeconds: config.settleSeconds,
      crashDelays: HEROKU_CRASH_DELAYS,
      steadySeconds: STEADY_SECONDS,
    },
    startsAtOnce: STARTS_AT_ONCE,
    cursors: ground.cursors,
    apps: () => store.apps.list().map(({ id }) => id),
    wanted: createWanted({ store }),
    launch: createLaunch({ store, domain: config.domain }),
    settle: releases.settle,
    progress: report.progress,
    route: () => publishing.publish(),
    log: logs.write,
    warn: (error, message) => {
      warn(message, error);
    },
  });
  const publishing = createPublishing({
    apps: createRoutables({ store, reconciler }),
    publish: rooms.publisher.publish,
    stamp: { epoch: randomUUID(), boot: bootId(), domain: config.domain },
  });
  opened.defer(() => {
    reconciler.close();
  });
  opened.defer(onLookAgain(reconciler.lookAgain));

  const clear = async (app: AppId): Promise<void> => {
    await reconciler.forget(app);
    await Promise.all([repos.remove(app), logs.forget(app), builder.forget(app)]);
  };
  const callOff = async (app: AppId): Promise<void> => {
    await builds.callOff(app);
    releases.callOff(app);
  };
  const actions: Actions = {
    access,
    accounts: createAccounts({ store, access }),
    apps: createApps({ ...base, prepare: repos.ensure, callOff, clear }),
    builds,
    configVars,
    dynos: createDynos({ access, journal, reconciler }),
    formation: createFormation(base),
    logs: createLogActions({ access, logs }),
    pushes: createPushes({ store, access, builds }),
    releases,
  };
  return { actions, runs, queue, reconciler, publishing };
}

/** The ways in: git and the rest of the door, and the socket for commands on this machine. */
async function openEntrances(
  { config, paths, owner, now, report }: Ground,
  { repos }: Rooms,
  { actions, version }: Pick<Host, 'actions' | 'version'>,
  opened: AsyncDisposableStack,
): Promise<void> {
  const { accounts, pushes } = actions;
  const git = await openGit({
    actions: {
      async authenticate({ user, password, address }) {
        const identity = await accounts.authenticate(user, password);
        return identity && { ...identity, via: 'git', address };
      },
      ...pushes,
    },
    repos,
    owner,
    hookSocket: paths.hookSocket,
    backendSocket: paths.gitSocket,
    now,
    onFailure: report,
  });
  opened.defer(() => git.close());

  const names = [config.domain, `*.${config.domain}`, 'localhost', hostname()];
  const certificates = { dir: paths.tls, caFile: paths.ca, names, now };
  const door = await openDoor({
    host: config.apiBind,
    port: config.apiPort,
    certificate: await ensureCertificates(certificates),
    isGit: isGitAddress,
    git: (request, response) => void git.answer(request, response),
    http: (_request, response) => {
      response.writeHead(404, { 'content-type': 'text/plain; charset=utf-8' });
      response.end('Monoku is here. Push to /<app>.git\n');
    },
    rendezvous: (socket) => {
      socket.destroy();
    },
  });
  opened.defer(() => door.close());
  every(DAY, opened, () => {
    ensureCertificates(certificates).then(door.setCertificate, report);
  });

  const host: Host = {
    actions,
    version,
    appUrl: (app) => appUrl(config, app),
    // commands come from this machine alone so far, and there plain HTTP needs no certificate
    gitUrl: (app) => `http://localhost:${config.apiPort}/${app}.git`,
  };
  const commands = await openCommandSocket({
    path: paths.adminSocket,
    mode: 0o600,
    actor: () => ({ account: accounts.localAdmin(config.adminEmail), via: 'local' }),
    run: (words, session) => runCommand({ commands: COMMANDS, host, report }, words, session),
    report,
  });
  opened.defer(() => commands.close());
}

/** Until the stack is disposed of. */
function every(milliseconds: number, opened: AsyncDisposableStack, work: () => void): void {
  const timer = setInterval(work, milliseconds);
  opened.defer(() => {
    clearInterval(timer);
  });
}

function appUrl({ domain, publicHttpPort }: Config, app: string): string {
  return `http://${app}.${domain}${publicHttpPort === 80 ? '' : `:${publicHttpPort}`}/`;
}

function bootId(): string {
  return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
}
