import type { IncomingMessage } from 'node:http';
import { pipeline, type Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { PlatformError } from '../domain/errors.ts';

/** Milliseconds a client may be silent in the middle of what it sends. */
const SILENCE_LIMIT = 5 * 60_000;

/** What a client sends, decoded, in pieces that are asked for one by one. */
export interface Body {
  /** Undefined at the end; throws when the client is gone or sends junk. */
  next(): Promise<Buffer | undefined>;
  /** Reads and forgets the rest, whatever becomes of it. */
  drain(): Promise<void>;
}

export function openBody(request: IncomingMessage): Body {
  const chunks = decode(request)[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
  const next = async (): Promise<Buffer | undefined> => {
    const silence = setTimeout(() => request.destroy(), SILENCE_LIMIT);
    try {
      const step = await chunks.next();
      return step.done === true ? undefined : step.value;
    } finally {
      clearTimeout(silence);
    }
  };
  return {
    next,
    async drain() {
      try {
        while ((await next()) !== undefined);
      } catch {
        // nobody waits for what it was
      }
    },
  };
}

/** Git compresses its questions, and names no other coding than these. */
function decode(request: IncomingMessage): Readable {
  const coding = request.headers['content-encoding']?.trim().toLowerCase() ?? 'identity';
  if (coding === 'identity' || coding === '') return request;
  if (coding !== 'gzip' && coding !== 'x-gzip') {
    throw new PlatformError('bad_request', 'Send the body as it is or with Content-Encoding gzip.');
  }
  const gunzip = createGunzip();
  pipeline(request, gunzip, () => {
    // the error, if any, comes out of gunzip too
  });
  return gunzip;
}

/** Reads until `parse` is satisfied; `data` is all that was read, more than was parsed perhaps. */
export async function readHead<T>(
  body: Body,
  limit: number,
  parse: (data: Buffer) => T | null,
): Promise<{ readonly head: T; readonly data: Buffer }> {
  let data = Buffer.alloc(0);
  try {
    while (data.length <= limit) {
      const chunk = await body.next();
      if (chunk === undefined) break;
      data = Buffer.concat([data, chunk]);
      const head = parse(data);
      if (head !== null) return { head, data };
    }
  } catch {
    // junk, broken gzip, or a client that left
  }
  throw new PlatformError('bad_request', 'This is not what a git client sends.');
}
