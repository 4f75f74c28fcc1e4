import { randomBytes } from 'node:crypto';
import { chmodSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import type { TestContext } from 'node:test';
import type { Account, Actor } from '../../server/domain/account.ts';
import type { App } from '../../server/domain/app.ts';
import { notFound } from '../../server/domain/errors.ts';
import { createId } from '../../server/domain/ids.ts';
import { ensureCertificates } from '../../server/certificates.ts';
import { openDoor, type DoorSettings } from '../../server/door.ts';
import type { Deploy as Deployment, Push } from '../../server/actions/pushes.ts';
import type { GitActions } from '../../server/git/actions.ts';
import { openGit } from '../../server/git/git.ts';
import { isGitAddress } from '../../server/git/request.ts';
import { createRepos } from '../../server/repos/repositories.ts';

/** The rights that git gets: those of nobody where tests are run by root. */
export const OWNER =
  process.getuid?.() === 0
    ? { uid: 65534, gid: 65534 }
    : { uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0 };

export interface Received extends Omit<Push, 'source'> {
  readonly app: App;
  readonly pusher: string;
  readonly tar: Buffer;
}

export type Deploy = (received: Received) => Deployment;

export interface Appliance {
  readonly app: App;
  /** Address of the app's repository, with ann's token. */
  readonly url: string;
  readonly port: number;
  readonly dir: string;
  readonly caFile: string;
  readonly repos: ReturnType<typeof createRepos>;
  /** What was handed over for deployment, oldest first. */
  readonly received: readonly Received[];
  readonly failures: readonly unknown[];
  /** What the next deployments do, and for bob what bob is shown. */
  onDeploy: Deploy;
  address(user: string, password: string, app?: string): string;
}

/** The real door and git entrance on a free port, with actions kept in memory. */
export async function startAppliance(
  t: Pick<TestContext, 'after'>,
  settings: Partial<DoorSettings> = {},
  keep: (source: Readable) => Promise<Buffer> = buffer,
): Promise<Appliance> {
  const dir = mkdtempSync(join(tmpdir(), 'monoku-git-'));
  chmodSync(dir, 0o711);
  mkdirSync(join(dir, 'run'), { mode: 0o711 });
  const hookSocket = join(dir, 'run/hook');
  const repos = createRepos({ dir: join(dir, 'repos'), owner: OWNER, hookSocket });
  const failures: unknown[] = [];
  const memory = createMemoryActions(keep);
  const now = (): Date => new Date();
  const git = await openGit({
    actions: memory.actions,
    repos,
    owner: OWNER,
    hookSocket,
    backendSocket: join(dir, 'run/git'),
    now,
    onFailure: (error) => failures.push(error),
  });
  const { caFile, certificate } = await sharedCertificate();
  const door = await openDoor({
    host: '127.0.0.1',
    port: 0,
    certificate,
    isGit: isGitAddress,
    git: (request, response) => void git.answer(request, response),
    http: (_request, response) => response.end('the API\n'),
    rendezvous: (socket) => socket.destroy(),
    ...settings,
  });
  t.after(async () => {
    await door.close();
    await git.close();
    rmSync(dir, { recursive: true, force: true });
  });
  const address = (user: string, password: string, app = memory.app.name): string =>
    `http://${user}:${password}@127.0.0.1:${String(door.port)}/${app}.git`;
  return Object.assign(memory.state, {
    app: memory.app,
    url: address('git', memory.token),
    port: door.port,
    dir,
    caFile,
    repos,
    failures,
    address,
  });
}

/** One for all tests of a file: making keys takes longer than most of them. */
const sharedCertificate = once(async () => {
  const dir = mkdtempSync(join(tmpdir(), 'monoku-tls-'));
  process.once('exit', () => {
    rmSync(dir, { recursive: true, force: true });
  });
  const caFile = join(dir, 'ca.pem');
  const names = ['localhost', '*.localhost'];
  const now = (): Date => new Date();
  return { caFile, certificate: await ensureCertificates({ dir, caFile, names, now }) };
});

function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () => (made ??= make());
}

function createMemoryActions(keep: (source: Readable) => Promise<Buffer>) {
  const ann = createAccount('ann@example.com');
  const bob = createAccount('bob@example.com');
  const token = randomBytes(16).toString('hex');
  const app = createApp(ann);
  const received: Received[] = [];
  const state = { received, onDeploy: deploySuccessfully };
  let deployed: { commit: string; release: string } | null = null;
  const actions: GitActions = {
    authenticate: ({ user, password }) => {
      const account = password === token ? ann : user === bob.email ? bob : null;
      return Promise.resolve(account && ({ account, via: 'git' } satisfies Actor));
    },
    authorize(actor, name) {
      if (name !== app.name || actor.account.id !== app.ownerId) throw notFound('app');
      return app;
    },
    async deploy(actor, app, { source, ...rest }) {
      const tar = await keep(source);
      const entry = { ...rest, app, pusher: actor.account.email, tar };
      received.push(entry);
      const release = `v${String(received.length)}`;
      const deployment = state.onDeploy(entry);
      void deployment.succeeded.then((succeeded) => {
        if (succeeded) deployed = { commit: rest.commit, release };
      });
      return deployment;
    },
    deployed: () => deployed,
  };
  return { app, token, actions, state };
}

export const deploySuccessfully: Deploy = () => ({
  output: lines('-----> Building', '       Released v1'),
  succeeded: Promise.resolve(true),
});

export async function* lines(...texts: readonly string[]): AsyncGenerator<Buffer> {
  for (const text of texts) yield await Promise.resolve(Buffer.from(`${text}\n`));
}

function createAccount(email: string): Account {
  const createdAt = new Date();
  const state = 'active';
  return {
    id: createId(),
    email,
    name: null,
    admin: false,
    state,
    createdAt,
    updatedAt: createdAt,
  };
}

function createApp(owner: Account): App {
  const createdAt = new Date();
  return {
    id: createId(),
    name: `quiet-river-${randomBytes(3).toString('hex')}`,
    ownerId: owner.id,
    maintenance: false,
    createdAt,
    updatedAt: createdAt,
  };
}
