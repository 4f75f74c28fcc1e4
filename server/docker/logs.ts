import type { Container } from 'dockerode';
import { unlessMissing, type Call } from './failure.ts';
import { readFrames } from './frames.ts';
import { readOutput, type OutputLine } from './output.ts';

export interface LogsRequest {
  readonly since: string | null;
  readonly signal: AbortSignal;
}

export async function* followLogs(
  call: Call,
  container: Container,
  { since, signal }: LogsRequest,
): AsyncGenerator<OutputLine> {
  if (signal.aborted) return;
  const stream = await unlessMissing(call(() => container.logs(logOptions(since))));
  if (stream) yield* readOutput(readFrames(untilCut(stream, signal)));
}

function logOptions(since: string | null) {
  const from = since === null ? {} : { since: toUnixTime(since) };
  return { follow: true as const, stdout: true, stderr: true, timestamps: true, ...from };
}

/** A stream's chunks; being cut off is an end like any other, as whoever follows has to look again anyway. */
async function* untilCut(
  stream: NodeJS.ReadableStream,
  signal: AbortSignal,
): AsyncGenerator<Buffer> {
  const cut = (): void => {
    (stream as unknown as { destroy(): void }).destroy();
  };
  signal.addEventListener('abort', cut, { once: true });
  try {
    for await (const chunk of stream) yield chunk as Buffer;
  } catch {
    // cut off
  } finally {
    signal.removeEventListener('abort', cut);
  }
}

/** `2026-11-21T01:02:03.000000004Z` → `1795223...3.000000004`, exact to the nanosecond as no number is. */
function toUnixTime(time: string): string {
  const [seconds = '', fraction = '0'] = time.replace('Z', '').split('.');
  return `${String(Date.parse(`${seconds}Z`) / 1000)}.${fraction}`;
}
