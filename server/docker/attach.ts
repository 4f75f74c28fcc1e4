import { PassThrough, type Duplex, type Readable, type Writable } from 'node:stream';
import { once } from 'node:events';
import type { Container } from 'dockerode';
import { readFrames } from './frames.ts';

export interface Streams {
  /** Ending it is the process's end of input. Null when the container has none. */
  readonly stdin: Writable | null;
  /** With a terminal: both outputs. */
  readonly stdout: Readable;
  /** Null with a terminal. */
  readonly stderr: Readable | null;
}

export async function attachTo(
  container: Container,
  { tty = false, stdin = false }: { readonly tty?: boolean; readonly stdin?: boolean },
): Promise<Streams> {
  const options = { stream: true, hijack: true, stdin, stdout: true, stderr: true };
  const socket = (await container.attach(options)) as unknown as Duplex;
  if (tty) return { stdin: stdin ? socket : null, stdout: socket, stderr: null };
  const stdout = new PassThrough();
  const stderr = new PassThrough();
  void split(socket, { stdout, stderr });
  return { stdin: stdin ? socket : null, stdout, stderr };
}

interface Outputs {
  readonly stdout: PassThrough;
  readonly stderr: PassThrough;
}

/** Goes as slowly as whoever reads the slower output: nothing piles up here. */
async function split(socket: Duplex, outputs: Outputs): Promise<void> {
  try {
    for await (const { stream, data } of readFrames(socket)) {
      const output = outputs[stream];
      if (!output.destroyed && !output.write(data)) await drained(output);
    }
    outputs.stdout.end();
    outputs.stderr.end();
  } catch (error) {
    outputs.stdout.destroy(error as Error);
    outputs.stderr.destroy(error as Error);
  }
}

async function drained(output: PassThrough): Promise<void> {
  await Promise.race([once(output, 'drain'), once(output, 'close')]);
}
