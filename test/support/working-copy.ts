import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { checkout, must, outcomeOf, type Outcome } from './appliance.ts';

/** A person's git working copy, made from a fixture app. */
export interface WorkingCopy {
  readonly dir: string;
  git(...words: string[]): Promise<string>;
  tryGit(...words: string[]): Promise<Outcome>;
  write(path: string, content: string | Buffer): Promise<void>;
  commit(message: string): Promise<string>;
  remove(): Promise<void>;
}

const PERSON = [
  '-c',
  'user.name=Ada',
  '-c',
  'user.email=ada@example.com',
  '-c',
  'commit.gpgsign=false',
];

export async function workingCopy(fixture?: string): Promise<WorkingCopy> {
  const dir = await mkdtemp(join(tmpdir(), 'monoku-copy-'));
  const env = {
    ...process.env,
    // in the environment it overrules git's own setting of a CA
    GIT_SSL_CAINFO: undefined,
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_CONFIG_SYSTEM: '/dev/null',
    GIT_TERMINAL_PROMPT: '0',
  };
  const tryGit = (...words: string[]): Promise<Outcome> =>
    outcomeOf('git', [...PERSON, ...words], { cwd: dir, env });
  const git = async (...words: string[]): Promise<string> =>
    must(`git ${words.join(' ')}`, await tryGit(...words));
  const commit = async (message: string): Promise<string> => {
    await git('add', '-A');
    await git('commit', '-q', '--allow-empty', '-m', message);
    return (await git('rev-parse', 'HEAD')).trim();
  };
  await git('init', '-q', '-b', 'master');
  if (fixture !== undefined) {
    await cp(join(checkout, 'test', 'fixtures', 'apps', fixture), dir, { recursive: true });
    await commit('First haiku');
  }
  return {
    dir,
    git,
    tryGit,
    commit,
    async write(path, content) {
      await mkdir(dirname(join(dir, path)), { recursive: true });
      await writeFile(join(dir, path), content);
    },
    remove: () => rm(dir, { recursive: true, force: true }),
  };
}
