import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { BuildResult } from './build-container.ts';

const expectations = join(import.meta.dirname, '../buildpacks/expected');

/**
 * Compares everything that a build printed with test/buildpacks/expected/<name>.txt. With RECORD_OUTPUT=1 in the
 * environment the file is written instead: read the difference before you commit it.
 */
export function assertOutput(build: BuildResult, name: string): void {
  const file = join(expectations, `${name}.txt`);
  if (process.env['RECORD_OUTPUT'] === '1') {
    mkdirSync(expectations, { recursive: true });
    writeFileSync(file, normalise(build.output));
  }
  assert.equal(normalise(build.output), readFileSync(file, 'utf8'));
}

/** A build's output without what differs from run to run: times, sizes, moving versions. */
export function normalise(output: string): string {
  return output
    .replaceAll(/(?<![\d.])\d+\.\d+\.\d+(?:\.post\d+)?\b/g, '<version>')
    .replaceAll(/\bin \d+(?:\.\d+)?m?s\b/g, 'in <time>')
    .replaceAll(/Done: [\d.]+[KMG]/g, 'Done: <size>')
    .replaceAll(/\(\d+(?:\.\d+)? [kM]B\)/g, '(<size>)')
    .replaceAll(/^( +)Using cached /gm, '$1Downloading ')
    .replaceAll(/^ +npm error A complete log .*\n/gm, '')
    .replaceAll(/[ \t]+$/gm, '');
}
