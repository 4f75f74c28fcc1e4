import { execFileSync } from 'node:child_process';
import { join } from 'node:path';

const make = join(import.meta.dirname, '../../buildpacks/stack/make');

export interface StackImages {
  readonly run: string;
  readonly build: string;
}

/** The names that the recipe gives its two images on this machine. */
export function stackTags(): StackImages {
  const [run, build] = execFileSync(make, ['--tags'], { encoding: 'utf8' }).trim().split('\n');
  if (run === undefined || build === undefined) throw new Error('make --tags printed no two lines');
  return { run, build };
}

/** Makes the images unless they are there, and returns their names. */
export function ensureStack(): StackImages {
  execFileSync(make, [], { encoding: 'utf8', stdio: ['ignore', 'ignore', 'pipe'] });
  return stackTags();
}
