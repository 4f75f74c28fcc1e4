import type { AppId } from '../domain/ids.ts';
import { isId } from '../domain/ids.ts';
import { PlatformError } from '../domain/errors.ts';
import type { GitActions, GitRepositories, PushedCommit } from './actions.ts';
import { NO_ID, type Command } from './command-list.ts';
import type { Lease } from './leases.ts';
import { deployCommand, isDeployRef, shortName } from './push-rules.ts';

/** What the hook says of a push that git is about to accept. */
export interface HookRequest {
  readonly app: AppId;
  /** Folder of the objects that came with it; undefined when none did. */
  readonly quarantine: string | undefined;
  readonly commands: readonly Command[];
}

export type Write = (text: Buffer | string) => Promise<void>;

export interface PreReceiveDependencies {
  readonly actions: Pick<GitActions, 'deploy' | 'deployed'>;
  readonly repos: Pick<GitRepositories, 'archive' | 'subject' | 'submodules'>;
  readonly onFailure: (error: unknown) => void;
}

export function parseHookRequest(text: string): HookRequest | undefined {
  const [app = '', quarantine = '', ...lines] = text.trimEnd().split('\n');
  if (!isId(app)) return undefined;
  const commands = lines.map((line) => {
    const [oldId = '', newId = '', ...ref] = line.split(' ');
    return { oldId, newId, ref: ref.join(' ') };
  });
  return { app: app as AppId, quarantine: quarantine === '-' ? undefined : quarantine, commands };
}

/** Deploys what a push asks to deploy; true lets the push stand. Never throws. */
export async function decidePush(
  lease: Lease,
  request: HookRequest,
  write: Write,
  dependencies: PreReceiveDependencies,
): Promise<boolean> {
  try {
    for (const { ref, newId } of lease.commands) {
      if (ref.startsWith('refs/heads/') && !isDeployRef(ref) && newId !== NO_ID) {
        await write(stored(shortName(ref)));
      }
    }
    const command = deployCommand(lease.commands);
    if (command === undefined) return true;
    const at = { app: lease.app.id, commit: command.newId, quarantine: request.quarantine };
    return await deploy(lease, at, write, dependencies);
  } catch (error) {
    if (!(error instanceof PlatformError)) dependencies.onFailure(error);
    await write(` !     ${error instanceof PlatformError ? error.message : 'Internal error.'}\n`);
    return false;
  }
}

async function deploy(
  { actor, app }: Lease,
  at: PushedCommit,
  write: Write,
  { actions, repos }: PreReceiveDependencies,
): Promise<boolean> {
  const { commit } = at;
  const current = actions.deployed(app);
  if (current?.commit === commit) {
    await write(`-----> ${commit.slice(0, 7)} is already deployed as ${current.release}\n`);
    return true;
  }
  const [description, submodules] = await Promise.all([repos.subject(at), repos.submodules(at)]);
  if (description === undefined) {
    await write(' !     Only a commit can be deployed. Push a tag as "<tag>^{}:main".\n');
    return false;
  }
  const source = { source: repos.archive(at), commit, description, submodules };
  const deployment = await actions.deploy(actor, app, source);
  for await (const text of deployment.output) await write(text);
  return deployment.succeeded;
}

function stored(branch: string): string {
  return (
    `-----> Stored ${branch}, which does not deploy: only main and master do.\n` +
    `       To deploy it: git push heroku ${branch}:main\n`
  );
}
