import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createReadStream } from 'node:fs';
import { Transform, type Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createZstdDecompress } from 'node:zlib';
import { DYNO_UID } from '../../../domain/dyno.ts';
import { formatErrorCode } from '../../../domain/error-codes.ts';
import { PlatformError } from '../../../domain/errors.ts';

/** Bytes handled at a time. */
const CHUNK = 1024 ** 2;

/** Throws R17 for a file that is not what its name says. */
export async function verifySlug(file: string, sha256: string): Promise<void> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(file, { highWaterMark: CHUNK }), hash).catch(refuseMissing);
  const actual = hash.digest('hex');
  if (actual === sha256) return;
  // Heroku's words, with the "not" that they lack
  const detail = `Checksum does not match expected value. Expected: SHA256:${sha256} Actual: SHA256:${actual}`;
  throw new PlatformError('invalid_params', formatErrorCode('R17', detail));
}

function refuseMissing(error: unknown): never {
  if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  throw refuse('its file is not on this machine; deploy the app again');
}

/**
 * Unpacks a slug into a folder of the dynos' user, as that user and without any right: a tar that was made to
 * do harm can write nowhere else, make no devices and own nothing. `limit` bounds the bytes of the tar.
 */
export async function unpackSlug(file: string, folder: string, limit: number): Promise<void> {
  await runUnprivileged(folder, TAR, (stdin) =>
    pipeline(
      createReadStream(file, { highWaterMark: CHUNK }),
      createZstdDecompress({ chunkSize: CHUNK }),
      limitBytes(limit),
      stdin,
    ),
  );
  await runUnprivileged(folder, CLEAR_SETUID, (stdin) => {
    stdin.end();
    return Promise.resolve();
  });
}

const TAR = ['tar', '--extract', '--no-same-owner', '--warning=no-timestamp'];
const CLEAR_SETUID = [
  ...['find', '.', '-type', 'f', '-perm', '/7000'],
  ...['-exec', 'chmod', 'u-s,g-s,o-t', '{}', '+'],
];

const WITHOUT_RIGHTS = [
  ...['--reuid', String(DYNO_UID), '--regid', String(DYNO_UID), '--clear-groups'],
  ...['--bounding-set', '-all', '--inh-caps', '-all', '--no-new-privs', '--'],
];

type Feed = (stdin: NodeJS.WritableStream) => Promise<void>;

/** Starts in the folder rather than naming it, as that user can't go through the folders above. */
async function runUnprivileged(
  folder: string,
  program: readonly string[],
  feed: Feed,
): Promise<void> {
  const words = [...WITHOUT_RIGHTS, ...program];
  const child = spawn('setpriv', words, { cwd: folder, stdio: ['pipe', 'ignore', 'pipe'] });
  const closed = once(child, 'close') as Promise<[number | null]>;
  const [complaint, fed] = await Promise.all([
    firstText(child.stderr),
    feed(child.stdin).then(
      () => null,
      (error: unknown) => error as NodeJS.ErrnoException,
    ),
  ]);
  const [status] = await closed;
  if (fed && !READER_LEFT.includes(fed.code ?? '')) throw refuse(fed.message);
  if (status !== 0) throw refuse(complaint || `${program[0] ?? ''} ended early`);
}

/** No fault in itself: tar leaves when it has read the end of the archive, whatever lies behind it. */
const READER_LEFT = ['EPIPE', 'ERR_STREAM_PREMATURE_CLOSE'];

function refuse(reason: string): PlatformError {
  return new PlatformError('invalid_params', `The slug can't be unpacked: ${reason}.`);
}

/** The beginning of what a program prints; the rest is read and thrown away, so that it never waits for us. */
async function firstText(stream: Readable): Promise<string> {
  let text = '';
  for await (const chunk of stream) {
    if (text.length < 500) text += String(chunk);
  }
  return text.slice(0, 500).trim().split('\n').slice(0, 3).join('; ');
}

function limitBytes(limit: number): Transform {
  let bytes = 0;
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      bytes += chunk.length;
      if (bytes > limit) done(new Error(`it is larger than ${String(limit)} bytes unpacked`));
      else done(null, chunk);
    },
  });
}
