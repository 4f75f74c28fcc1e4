import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const execute = promisify(execFile);

interface Failure {
  readonly code?: string | number;
  readonly stderr?: string;
}

/** A program of the host that ended with an error; `message` says what it printed. */
export class ProgramError extends Error {
  /** Null when it could not be run at all. */
  readonly status: number | null;

  constructor(program: string, { code, stderr = '' }: Failure) {
    const words = stderr.trim().split('\n').slice(0, 3).join(' ');
    const missing = code === 'ENOENT' ? 'it is not installed' : undefined;
    super(`${program} failed: ${missing ?? (words || `status ${String(code)}`)}`);
    this.name = 'ProgramError';
    this.status = typeof code === 'number' ? code : null;
  }
}

/** Runs a program of the host, never through a shell, and returns what it printed. */
export async function runProgram(
  program: string,
  words: readonly string[],
  input?: string,
): Promise<string> {
  const running = execute(program, words, { maxBuffer: 16 * 1024 ** 2 });
  running.child.stdin?.on('error', () => undefined).end(input ?? '');
  try {
    return (await running).stdout;
  } catch (error) {
    throw new ProgramError(program, error as Failure);
  }
}
