import { join } from 'node:path';
import type { Readable } from 'node:stream';
import type { AppId } from '../domain/ids.ts';
import type { Submodule } from '../domain/submodule.ts';
import type { GitCall, GitRunner } from './git.ts';
import { parseGitlinks, parseGitmodules, pinSubmodules } from './submodules.ts';

/** A commit of an app; `quarantine` names the folder where objects of an unfinished push lie. */
export interface CommitAt {
  readonly app: AppId;
  readonly commit: string;
  readonly quarantine?: string | undefined;
}

/** What a commit holds, read also while its push is not accepted yet. */
export interface Contents {
  /** The tree as a tar. */
  archive(at: CommitAt): Readable;
  /** First line of the message; undefined when this is no commit. */
  subject(at: CommitAt): Promise<string | undefined>;
  submodules(at: CommitAt): Promise<readonly Submodule[]>;
}

/** Names of quarantine folders, as git's tmp-objdir.c makes them. */
const QUARANTINE = /^tmp_objdir-incoming-[A-Za-z0-9]{6}$/;

export function createContents(git: GitRunner, path: (app: AppId) => string): Contents {
  const call = (at: CommitAt): GitCall => ({
    cwd: path(at.app),
    env: objectFolders(path(at.app), at.quarantine),
  });
  return {
    archive: (at) => git.stream(['archive', '--format=tar', at.commit], call(at)),
    async subject(at) {
      const args = ['log', '-1', '--format=%H %s', '--no-show-signature', at.commit];
      const { code, output } = await git.ask(args, call(at));
      const [commit, ...subject] = output.toString().trim().split(' ');
      // git follows a tag to its commit
      return code === 0 && commit === at.commit ? subject.join(' ') : undefined;
    },
    async submodules(at) {
      const blob = ['--blob', `${at.commit}:.gitmodules`];
      const modules = await git.ask(['config', '-z', ...blob, '--list'], call(at));
      if (modules.code !== 0) return [];
      const tree = await git.run(['ls-tree', '-r', '-z', at.commit], call(at));
      return pinSubmodules(parseGitmodules(modules.output.toString()), parseGitlinks(tree));
    },
  };
}

function objectFolders(repo: string, quarantine: string | undefined): Record<string, string> {
  if (quarantine === undefined || !QUARANTINE.test(quarantine)) return {};
  const objects = join(repo, 'objects');
  return {
    GIT_OBJECT_DIRECTORY: join(objects, quarantine),
    GIT_ALTERNATE_OBJECT_DIRECTORIES: objects,
  };
}
