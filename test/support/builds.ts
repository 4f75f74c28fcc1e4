import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createBuilder, type Builder, type BuilderOptions } from '../../server/build/builder.ts';
import { createSlugFiles } from '../../server/build/slug-files.ts';
import type { BuildResult, BuildTask } from '../../server/build/task.ts';
import { createId, type AppId, type BuildId } from '../../server/domain/ids.ts';
import { engineFixture, type EngineFixture } from './docker-engine.ts';
import { ensureStack } from './stack.ts';

/** Stands for the buildpacks: unpacks the source and runs the file `build` that it holds. */
const PROGRAM = `#!/bin/bash
exec 2>&1
set -eu
tar -xf /source.tar -C /app
slug() { tar -C / -c ./app | zstd -q -o /out/slug.tar.zst; echo Test >/out/buildpack; }
source /app/build
`;

export interface Built {
  readonly id: BuildId;
  readonly result: BuildResult;
  readonly output: string;
}

export interface BuildFixture extends EngineFixture {
  readonly builder: Builder;
  readonly slugFiles: string;
  readonly caches: string;
  /** Another builder over the same home, say with other limits. */
  open(changes?: Partial<BuilderOptions>): Builder;
  /** The task of a build whose only step is this script. */
  task(script: string, changes?: Partial<BuildTask>): BuildTask;
  run(task: BuildTask, watch?: Watch): Promise<Built>;
}

export interface Watch {
  readonly builder?: Builder;
  readonly signal?: AbortSignal;
  /** Called with all output so far whenever there is more. */
  readonly heard?: (output: string) => void;
}

/** A builder over the machine's Docker and a home of its own. */
export async function buildFixture(): Promise<BuildFixture> {
  const fixture = await engineFixture();
  const { docker, home, folder, engine, options } = fixture;
  const [slugFiles, caches] = [join(folder, 'slug-files'), join(folder, 'caches')];
  const buildpacks = makeProgram(folder);
  const open = (changes: Partial<BuilderOptions> = {}): Builder =>
    createBuilder({
      ...{ docker, home, buildpacks },
      image: ensureStack().build,
      stack: 'debian-13',
      network: () => engine.network(),
      slugs: createSlugFiles({ dir: slugFiles }),
      folders: { caches, scratch: options.scratch.folder, secrets: options.secrets },
      limits: { memoryMb: 512, minutes: 2 },
      env: {},
      warn: (message, error) => {
        console.error(message, error);
      },
      ...changes,
    });
  const builder = open();
  return {
    ...fixture,
    ...{ builder, slugFiles, caches, open },
    task: (script, changes = {}) => ({
      id: createId<BuildId>(),
      appId: createId<AppId>(),
      sourceFile: makeSource(folder, script),
      sourceVersion: '0123abc',
      submodules: [],
      config: {},
      buildpacks: [],
      ...changes,
    }),
    async run(task, { builder: by = builder, signal = never, heard } = {}) {
      let output = '';
      const write = (text: Buffer): void => {
        output += text.toString();
        heard?.(output);
      };
      const result = await by.run(task, write, signal);
      return { id: task.id, result, output };
    },
    async close() {
      await builder.idle();
      await fixture.close();
    },
  };
}

const never = new AbortController().signal;

function makeProgram(folder: string): string {
  const root = join(folder, 'buildpacks');
  mkdirSync(join(root, 'bin'), { recursive: true, mode: 0o755 });
  writeFileSync(join(root, 'bin/build'), PROGRAM, { mode: 0o755 });
  return root;
}

function makeSource(folder: string, script: string): string {
  const root = join(folder, 'sources', createId<BuildId>());
  mkdirSync(root, { recursive: true });
  writeFileSync(join(root, 'build'), script);
  return makeTar(root, `${root}.tar`);
}

/** The files of a folder, as `git archive` packs them. */
export function makeTar(root: string, tar: string): string {
  execFileSync('tar', ['-cf', tar, '-C', root, ...readdirSync(root)]);
  return tar;
}
