import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** All that the Docker client shows of a container, as text. */
export async function dockerInspect(container: string): Promise<string> {
  return (await run('docker', ['inspect', container])).stdout;
}
