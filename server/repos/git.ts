import { spawn, type ChildProcess } from 'node:child_process';
import { buffer, text } from 'node:stream/consumers';
import { Readable } from 'node:stream';

/** The account that owns the repositories and as which git runs. */
export interface Owner {
  readonly uid: number;
  readonly gid: number;
}

export interface GitSurroundings {
  readonly owner: Owner;
  readonly env: Readonly<Record<string, string>>;
}

export interface GitCall {
  /** The repository. */
  readonly cwd: string;
  readonly env?: Readonly<Record<string, string>>;
}

export interface GitAnswer {
  readonly code: number | null;
  readonly output: Buffer;
  readonly complaint: string;
}

/** How git is called: as the owner, with an environment that holds nothing of the server's. */
export interface GitRunner {
  /** Throws when git fails. */
  run(args: readonly string[], call: GitCall): Promise<Buffer>;
  /** For commands whose exit code is an answer. */
  ask(args: readonly string[], call: GitCall): Promise<GitAnswer>;
  /** Errors at its end when git fails, so that a cut stream never passes for a whole one. */
  stream(args: readonly string[], call: GitCall): Readable;
}

export function createGitRunner(surroundings: GitSurroundings): GitRunner {
  const ask = async (args: readonly string[], call: GitCall): Promise<GitAnswer> => {
    const child = start(surroundings, args, call);
    const [output, complaint, code] = await Promise.all([
      buffer(child.stdout),
      text(child.stderr),
      exitOf(child),
    ]);
    return { code, output, complaint };
  };
  return {
    ask,
    async run(args, call) {
      const { code, output, complaint } = await ask(args, call);
      if (code !== 0) throw failure(args, code, complaint);
      return output;
    },
    stream(args, call) {
      return Readable.from(chunksOf(args, start(surroundings, args, call)), { objectMode: false });
    },
  };
}

function start(surroundings: GitSurroundings, args: readonly string[], call: GitCall) {
  return spawn('git', args, {
    cwd: call.cwd,
    env: { ...surroundings.env, ...call.env },
    ...identity(surroundings.owner),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

/** Only root can become somebody else; who is the owner already need not. */
function identity(owner: Owner): Partial<Owner> {
  return process.getuid?.() === owner.uid ? {} : owner;
}

async function* chunksOf(args: readonly string[], child: ReturnType<typeof start>) {
  const exit = exitOf(child);
  const complaint = text(child.stderr);
  try {
    yield* child.stdout as AsyncIterable<Buffer>;
    const code = await exit;
    if (code !== 0) throw failure(args, code, await complaint);
  } finally {
    child.kill();
  }
}

function exitOf(child: ChildProcess): Promise<number | null> {
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
}

function failure(args: readonly string[], code: number | null, complaint: string): Error {
  const end = code === null ? 'was killed' : `ended with ${String(code)}`;
  return new Error(`git ${args[0] ?? ''} ${end}: ${complaint.trim()}`);
}
