import assert from 'node:assert/strict';
import { createId, type DynoId } from '../../server/domain/ids.ts';
import type { DynoSpec, Engine, EngineDyno } from '../../server/dynos/engine.ts';
import { collect } from './collect.ts';

export interface Finished {
  readonly code: number;
  readonly outOfMemory: boolean;
  readonly stdout: readonly string[];
  readonly stderr: readonly string[];
}

/** Dynos of a small slug, and what they say. */
export function dynoBench(engine: Engine, slug: string) {
  const never = new AbortController().signal;

  function spec(command: string, changes: Partial<DynoSpec> = {}): DynoSpec {
    return {
      app: createId(),
      release: createId(),
      version: 1,
      type: 'worker',
      index: 1,
      dyno: createId(),
      role: 'formation',
      size: 'standard-1x',
      env: {},
      command,
      slug,
      ...changes,
    };
  }

  return {
    spec,
    start: (command: string, changes: Partial<DynoSpec> = {}): Promise<EngineDyno> =>
      engine.start(spec(command, changes)),
    /** Runs a command to its end and removes the dyno. */
    async run(command: string, changes: Partial<DynoSpec> = {}): Promise<Finished> {
      const { dyno } = await engine.start(spec(command, changes));
      const lines = await collect(engine.logs(dyno, null, never));
      const ending = await engine.stop(dyno, 10);
      assert.ok(ending);
      const { code, outOfMemory } = ending.exit;
      const of = (stream: string) =>
        lines.filter((line) => line.stream === stream).map(({ text }) => text);
      return { code, outOfMemory, stdout: of('stdout'), stderr: of('stderr') };
    },
    /** Every line until the dyno has ended. */
    async lines(dyno: DynoId): Promise<string[]> {
      return (await collect(engine.logs(dyno, null, never))).map(({ text }) => text);
    },
    /** Resolves once the dyno has printed that line. */
    async line(dyno: DynoId, text: string): Promise<void> {
      for await (const line of engine.logs(dyno, null, never)) if (line.text === text) return;
      assert.fail(`the dyno ended without the line "${text}"`);
    },
  };
}
