import type { Frame } from './frames.ts';

export interface OutputLine {
  readonly stream: 'stdout' | 'stderr';
  /** RFC 3339 with nine digits of nanoseconds, UTC: later lines compare greater or equal as text. */
  readonly time: string;
  /** Without its end. */
  readonly text: string;
}

/** Bytes of a line that never ends, after which it is cut. */
const LONGEST_LINE = 1024 ** 2;

/** Bytes of text in every frame of a long line but its last one. */
const FULL_FRAME = 16 * 1024;

interface Piece {
  readonly time: string;
  readonly parts: Buffer[];
  bytes: number;
}

/**
 * Frames of the engine's log API, asked with timestamps: each is `<time> <text>`. A line beyond 16 kB comes in
 * several frames of one time, and the `local` log driver leaves out the newline even behind the last of them:
 * https://github.com/moby/moby/blob/v20.10.24/daemon/logger/local/read.go
 */
export async function* readOutput(frames: AsyncIterable<Frame>): AsyncGenerator<OutputLine> {
  const open: Record<Frame['stream'], Piece | undefined> = { stdout: undefined, stderr: undefined };
  for await (const { stream, data } of frames) {
    const { time, text } = splitTime(data);
    let piece = open[stream];
    if (piece && piece.time !== time) yield lineOf(stream, piece);
    if (piece?.time !== time) piece = { time, parts: [], bytes: 0 };
    piece.parts.push(text);
    piece.bytes += text.length;
    open[stream] = isLast(text) || piece.bytes >= LONGEST_LINE ? undefined : piece;
    if (open[stream] === undefined) yield lineOf(stream, piece);
  }
  if (open.stdout) yield lineOf('stdout', open.stdout);
  if (open.stderr) yield lineOf('stderr', open.stderr);
}

function splitTime(data: Buffer): { time: string; text: Buffer } {
  const blank = data.indexOf(0x20);
  return { time: data.toString('latin1', 0, blank), text: data.subarray(blank + 1) };
}

function isLast(text: Buffer): boolean {
  return text.length < FULL_FRAME || text.at(-1) === 0x0a;
}

function lineOf(stream: Frame['stream'], { time, parts }: Piece): OutputLine {
  const text = Buffer.concat(parts).toString('utf8');
  return { stream, time, text: text.replace(/\r?\n$/, '') };
}
