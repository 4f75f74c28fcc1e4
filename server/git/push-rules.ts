import { NO_ID, type Command, type CommandList } from './command-list.ts';

const DEPLOY_REFS = ['refs/heads/main', 'refs/heads/master'];

export interface Refusal {
  readonly ref: string;
  /** What git shows in brackets behind "remote rejected". */
  readonly reason: string;
}

/** Everything that is wrong with a push, as far as its commands tell. One fault refuses all. */
export function findFaults(
  list: CommandList,
  current: ReadonlyMap<string, string>,
): readonly Refusal[] {
  const { commands } = list;
  const repeated = findRepeated(commands);
  const commits = new Set(commands.filter(isDeployment).map(({ newId }) => newId));
  return commands.flatMap((command) => {
    const reason =
      (list.shallow ? SHALLOW : undefined) ??
      (repeated.has(command.ref) ? 'named twice' : undefined) ??
      faultOfName(command.ref) ??
      faultOfDeployment(command, commits) ??
      staleness(command, current);
    return reason === undefined ? [] : [{ ref: command.ref, reason }];
  });
}

/** The command that asks for a deployment, if one does. */
export function deployCommand(commands: readonly Command[]): Command | undefined {
  return commands.find(isDeployment);
}

export function isDeployRef(ref: string): boolean {
  return DEPLOY_REFS.includes(ref);
}

/** `refs/heads/main` → `main`, safe to print. */
export function shortName(ref: string): string {
  return ref.replace(/^refs\/(heads|tags)\//, '').replace(/[\p{Cc}\p{Cf}]/gu, '?');
}

const SHALLOW = 'shallow update not allowed: run "git fetch --unshallow" and push again';

function isDeployment({ ref, newId }: Command): boolean {
  return isDeployRef(ref) && newId !== NO_ID;
}

function findRepeated(commands: readonly Command[]): ReadonlySet<string> {
  const seen = new Set<string>();
  return new Set(commands.map(({ ref }) => ref).filter((ref) => seen.size === seen.add(ref).size));
}

function faultOfName(ref: string): string | undefined {
  if (!/^refs\/(heads|tags)\/./.test(ref)) return 'only branches and tags can be pushed';
  const parent = DEPLOY_REFS.find((deploy) => ref.startsWith(`${deploy}/`));
  return parent && `there can be no branch below ${shortName(parent)}`;
}

function faultOfDeployment(command: Command, commits: ReadonlySet<string>): string | undefined {
  if (!isDeployRef(command.ref)) return undefined;
  if (command.newId === NO_ID) return 'main and master deploy the app and cannot be deleted';
  return commits.size > 1 ? 'main and master are different commits: push one of them' : undefined;
}

/** Git compares this itself, but only after the hook, when the app would be deployed already. */
function staleness(command: Command, current: ReadonlyMap<string, string>): string | undefined {
  const expected = current.get(command.ref) ?? NO_ID;
  return command.oldId === expected ? undefined : 'it has moved since you looked: push again';
}
