import { setTimeout } from 'node:timers/promises';
import type { Docker } from '../../../docker/docker.ts';
import type { OutputLine } from '../../../docker/output.ts';
import { isRefusal } from '../../../docker/failure.ts';
import { PlatformError } from '../../../domain/errors.ts';
import type { DynoOutput } from '../../engine.ts';
import { createCursorCount, formatCursor, parseCursor, type Cursor } from './cursor.ts';

/** Milliseconds before a running container's output is followed again after the connection was lost. */
const RETRY = 250;

/** A container's lines behind a cursor: through restarts of the engine, until it has ended and all is read. */
export async function* followOutput(
  docker: Docker,
  container: string,
  { after, signal }: { readonly after: string | null; readonly signal: AbortSignal },
): AsyncGenerator<DynoOutput> {
  let cursor = parseCursor(after);
  for (let ended = false; !signal.aborted;) {
    for await (const line of readBehind(docker, container, { cursor, signal })) {
      cursor = line.at;
      yield toDynoOutput(line.line, line.at);
    }
    // Lines may be written between the end of the stream and the end of the container: one more read then.
    if (ended) return;
    ended = await hasEnded(docker, container);
    if (!ended) await setTimeout(RETRY, undefined, { signal }).catch(() => undefined);
  }
}

interface PlacedLine {
  readonly line: OutputLine;
  readonly at: Cursor;
}

async function* readBehind(
  docker: Docker,
  container: string,
  { cursor, signal }: { readonly cursor: Cursor | null; readonly signal: AbortSignal },
): AsyncGenerator<PlacedLine> {
  const place = createCursorCount(cursor);
  try {
    for await (const line of docker.containers.logs(container, cursor?.time ?? null, signal)) {
      const at = place(line);
      if (at) yield { line, at };
    }
  } catch (error) {
    // 501: an attached dyno's output is not kept. An engine that is away is tried again.
    if (!isRefusal(error, 501) && !(error instanceof PlatformError)) throw error;
  }
}

async function hasEnded(docker: Docker, container: string): Promise<boolean> {
  try {
    const found = await docker.containers.inspect(container);
    return found === undefined || found.exit !== null;
  } catch (error) {
    if (error instanceof PlatformError) return false;
    throw error;
  }
}

function toDynoOutput({ stream, time, text }: OutputLine, at: Cursor): DynoOutput {
  return { stream, text, time: new Date(time), cursor: formatCursor(at) };
}
