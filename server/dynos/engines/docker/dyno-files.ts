import { chown, mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Overlay } from '../../../docker/container-spec.ts';
import { DYNO_UID } from '../../../domain/dyno.ts';
import { PlatformError } from '../../../domain/errors.ts';
import type { DynoId } from '../../../domain/ids.ts';
import { formatEnvFile } from './env-file.ts';
import { runProgram } from './program.ts';

/** What a dyno has on the host while it exists. */
export interface DynoPlace {
  /** What it writes below /app, and the kernel's own folder beside it. */
  readonly layers: Pick<Overlay, 'upper' | 'work'>;
  /** Its /tmp. */
  readonly tmp: string;
  /** In memory: its config vars and the boot script. */
  readonly boot: string;
}

export interface DynoFiles {
  /** Takes the dyno's id; throws PlatformError `conflict` when it is taken. */
  claim(dyno: DynoId): Promise<void>;
  fill(dyno: DynoId, env: Readonly<Record<string, string>>): Promise<DynoPlace>;
  remove(dyno: DynoId): Promise<void>;
  /** Every dyno that has files here. */
  list(): Promise<readonly DynoId[]>;
}

interface Folders {
  readonly scratch: string;
  readonly secrets: string;
  readonly bootScript: string;
}

export function createDynoFiles({ scratch, secrets, bootScript }: Folders): DynoFiles {
  const written = (dyno: DynoId, ...parts: string[]) => join(scratch, 'dynos', dyno, ...parts);
  const secret = (dyno: DynoId, ...parts: string[]) => join(secrets, 'dynos', dyno, ...parts);
  return {
    async claim(dyno) {
      await mkdir(join(scratch, 'dynos'), { recursive: true, mode: 0o711 });
      await mkdir(written(dyno), { mode: 0o711 }).catch(conflictIfTaken);
    },
    async fill(dyno, env) {
      const place = {
        layers: { upper: written(dyno, 'upper'), work: written(dyno, 'work') },
        tmp: written(dyno, 'tmp'),
        boot: secret(dyno),
      };
      await Promise.all([makeLayers(place), makeBoot(place.boot, bootScript, env)]);
      return place;
    },
    async remove(dyno) {
      // `rm` goes into folders nested deeper than any path that could be handed to the kernel
      await runProgram('rm', ['-rf', '--one-file-system', '--', written(dyno), secret(dyno)]);
    },
    async list() {
      const lists = await Promise.all([scratch, secrets].map((root) => names(join(root, 'dynos'))));
      return [...new Set(lists.flat())] as DynoId[];
    },
  };
}

function conflictIfTaken(error: unknown): never {
  if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  throw new PlatformError('conflict', 'There is a dyno with this id: stop it first.');
}

async function makeLayers({ layers, tmp }: DynoPlace): Promise<void> {
  await Promise.all([mkdir(layers.work), makeOwned(layers.upper), makeOwned(tmp)]);
}

async function makeBoot(
  folder: string,
  script: string,
  env: Readonly<Record<string, string>>,
): Promise<void> {
  await mkdir(join(folder, '..'), { recursive: true, mode: 0o711 });
  await makeOwned(folder);
  await Promise.all([
    writeOwned(join(folder, 'env'), formatEnvFile(env)),
    writeOwned(join(folder, 'boot'), script),
  ]);
}

async function makeOwned(folder: string): Promise<void> {
  await mkdir(folder, { mode: 0o755 });
  await chown(folder, DYNO_UID, DYNO_UID);
}

async function writeOwned(file: string, text: string): Promise<void> {
  await writeFile(file, text, { mode: 0o400, flag: 'wx' });
  await chown(file, DYNO_UID, DYNO_UID);
}

async function names(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch {
    return [];
  }
}
