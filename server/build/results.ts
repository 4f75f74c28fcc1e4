import { constants } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { PlatformError } from '../domain/errors.ts';
import { SLUG_LIMIT } from '../domain/slug.ts';
import { mergeProcessTypes } from './process-types.ts';
import type { SlugFiles } from './slug-files.ts';
import type { BuildResult } from './task.ts';

/** Bytes of any result but the slug. */
const TEXT_LIMIT = 256 * 1024;

/** What a build that ended well left in its `out` folder, the slug put among the slugs. */
export async function collectResults(out: string, slugs: SlugFiles): Promise<BuildResult> {
  try {
    const [release, procfile, buildpack, metrics] = await Promise.all(
      ['release.yml', 'Procfile', 'buildpack', 'metrics'].map((name) => readText(out, name)),
    );
    const processTypes = mergeProcessTypes(release ?? '', procfile ?? null);
    const slug = await takeSlug(out, slugs);
    return {
      status: 'succeeded',
      slug,
      processTypes,
      buildpack: firstLine(buildpack ?? null) ?? 'Unknown',
      metrics: parseMetrics(metrics ?? ''),
    };
  } catch (error) {
    if (!(error instanceof PlatformError)) throw error;
    return { status: 'failed', failure: error.message };
  }
}

/** The reason that a failed build gave, one line. */
export async function readFailure(out: string): Promise<string | null> {
  return firstLine(await readText(out, 'failure'));
}

export function parseMetrics(text: string): Record<string, number> {
  const lines = text.matchAll(/^([a-z_]{1,40})=(\d{1,12})$/gm);
  return Object.fromEntries(
    [...lines].map(([, name = '', value]) => [name, Number(value)] as const),
  );
}

async function takeSlug(out: string, slugs: SlugFiles) {
  await using file = await openResult(out, 'slug.tar.zst');
  if (!file) throw new PlatformError('invalid_params', 'The build ended without a slug.');
  const { size } = await file.stat();
  if (size > SLUG_LIMIT) {
    throw new PlatformError(
      'invalid_params',
      `Compiled slug size: ${String(size)} bytes are too many (max is ${String(SLUG_LIMIT)}).`,
    );
  }
  return await slugs.add(file.createReadStream({ autoClose: false, highWaterMark: 1024 ** 2 }));
}

async function readText(out: string, name: string): Promise<string | null> {
  await using file = await openResult(out, name);
  if (!file) return null;
  const { buffer, bytesRead } = await file.read(Buffer.alloc(TEXT_LIMIT), 0, TEXT_LIMIT, 0);
  return buffer.toString('utf8', 0, bytesRead);
}

/** Only ever a file of that very name: a build could leave a link to some file of the host, or a pipe. */
async function openResult(out: string, name: string): Promise<FileHandle | null> {
  const { O_RDONLY, O_NOFOLLOW, O_NONBLOCK } = constants;
  try {
    const file = await open(join(out, name), O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
    if ((await file.stat()).isFile()) return file;
    await file.close();
    return null;
  } catch (error) {
    if (error instanceof Error && 'code' in error && NOT_A_RESULT.has(String(error.code))) {
      return null;
    }
    throw error;
  }
}

/** Missing, a link, a socket. */
const NOT_A_RESULT = new Set(['ENOENT', 'ELOOP', 'ENXIO']);

function firstLine(text: string | null): string | null {
  const [line = ''] = (text ?? '').trim().split(/\s*[\r\n]/);
  return line === '' ? null : line.slice(0, 500);
}
