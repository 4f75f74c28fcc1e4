import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Build } from '../../server/domain/build.ts';
import type { Release } from '../../server/domain/release.ts';
import { eventually, must, outcomeOf, type Appliance } from './appliance.ts';

/** What an app's books say, newest first. */
export interface Books {
  readonly builds: readonly Build[];
  readonly releases: readonly Release[];
}

/** Seconds within which whatever was interrupted comes to its end. */
const PATIENCE = 90;

export async function readBooks(monoku: Appliance, app: string): Promise<Books> {
  const [builds, releases] = await Promise.all(
    ['builds', 'releases'].map((command) =>
      monoku.mustMonoku(command, '--json', '-n', '1000', '-a', app),
    ),
  );
  return {
    builds: JSON.parse(builds ?? '') as Build[],
    releases: JSON.parse(releases ?? '') as Release[],
  };
}

/** The books once nothing in them is under way any more. */
export function settledBooks(monoku: Appliance, app: string): Promise<Books> {
  const atRest = async (): Promise<Books | false> => {
    const books = await readBooks(monoku, app);
    const open = [...books.builds, ...books.releases].some(({ status }) => status === 'pending');
    return !open && books;
  };
  return eventually(`the end of every build and release of ${app}`, atRest, PATIENCE);
}

/** Each release has one build, each good build one release, and versions count without a gap. */
export function checkBooks({ builds, releases }: Books): void {
  const versions = releases.map(({ version }) => version);
  assert.deepEqual(
    versions,
    versions.map((_, index) => versions.length - index),
    'versions count down to 1',
  );
  const released = builds.filter(({ status }) => status === 'succeeded');
  assert.deepEqual(
    released.map(({ releaseId }) => releaseId),
    releases.filter(({ buildId }) => buildId !== null).map(({ id }) => id),
    'one release per good build, in their order',
  );
  for (const build of builds.filter(({ status }) => status === 'failed')) {
    assert.equal(build.releaseId, null);
    assert.ok(build.failure);
  }
}

/** The commit that the newest good release was built from. */
export function currentCommit({ builds, releases }: Books): string | null {
  const current = releases.find(({ status }) => status === 'succeeded');
  return builds.find(({ id }) => id === current?.buildId)?.sourceVersion ?? null;
}

/** Nothing is left of builds that ended: no container, no source, no workspace. */
export async function noBuildRemains(monoku: Appliance): Promise<void> {
  const home = (await readFile(join(monoku.home, 'id'), 'utf8')).trim();
  const left = async (): Promise<readonly string[]> => [
    ...(await containers(home, 'role=build', 'build')),
    ...(await readdir(join(monoku.home, 'sources'))),
    ...(await readdir(join(monoku.home, 'scratch', 'builds')).catch(() => [])),
  ];
  await nothing('what builds left', left);
}

/** Whatever dynos the app has run this release. */
export async function onlyDynosOf(
  monoku: Appliance,
  { app, release }: { readonly app: string; readonly release: string | null },
): Promise<void> {
  const home = (await readFile(join(monoku.home, 'id'), 'utf8')).trim();
  const orphans = async (): Promise<readonly string[]> => {
    const found = await containers(home, `app=${app}`, 'release');
    return found.filter((running) => running !== release);
  };
  await nothing('dynos of other releases', orphans);
}

async function nothing(what: string, left: () => Promise<readonly string[]>): Promise<void> {
  let last: readonly string[] = [];
  const gone = async (): Promise<boolean> => (last = await left()).length === 0;
  await eventually(`the end of ${what}`, gone, PATIENCE).catch((error: unknown) => {
    throw new Error(`${what} are still there: ${last.join(', ')}`, { cause: error });
  });
}

/** One label of every container that has the other, dead or alive. */
async function containers(home: string, having: string, shown: string): Promise<readonly string[]> {
  const filters = [`home=${home}`, having].map((label) => `--filter=label=io.monoku.${label}`);
  const words = ['ps', '--all', '--format', `{{.Label "io.monoku.${shown}"}}`, ...filters];
  const text = must('docker ps', await outcomeOf('docker', words));
  return text.split('\n').filter((line) => line !== '');
}
