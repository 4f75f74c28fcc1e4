/** A piece of a container's output, as the engine multiplexes it. */
export interface Frame {
  readonly stream: 'stdout' | 'stderr';
  readonly data: Buffer;
}

/** Stream number (1 byte), three unused bytes, length (4 bytes, big endian). */
const HEADER = 8;

/** Takes the engine's multiplexed stream apart: https://docs.docker.com/engine/api/v1.41/#operation/ContainerAttach */
export async function* readFrames(chunks: AsyncIterable<Buffer>): AsyncGenerator<Frame> {
  let rest: Buffer = Buffer.alloc(0);
  for await (const chunk of chunks) {
    rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    for (let size = frameSize(rest); size !== undefined; size = frameSize(rest)) {
      yield { stream: rest[0] === 2 ? 'stderr' : 'stdout', data: rest.subarray(HEADER, size) };
      rest = rest.subarray(size);
    }
  }
}

/** Undefined while the frame is not complete. */
function frameSize(buffer: Buffer): number | undefined {
  if (buffer.length < HEADER) return undefined;
  const size = HEADER + buffer.readUInt32BE(4);
  return buffer.length < size ? undefined : size;
}
