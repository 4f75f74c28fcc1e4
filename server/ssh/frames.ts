/**
 * What goes over the socket between a command line and the server: a letter, the payload's length as
 * four bytes, the payload. Up: h(ello), i(nput), e(nd of input), w(indow). Down: o(utput), r (errors), x (exit).
 */
export type FrameType = 'h' | 'i' | 'e' | 'w' | 'o' | 'r' | 'x';

export interface Frame {
  readonly type: string;
  readonly payload: Buffer;
}

const HEAD = 5;
/** Bytes; a longer frame is no frame of ours. */
const LIMIT = 16 * 1024 ** 2;

export function encodeFrame(type: FrameType, payload: Uint8Array | string = ''): Buffer {
  const body = Buffer.from(payload);
  const head = Buffer.alloc(HEAD);
  head.write(type, 0, 'latin1');
  head.writeUInt32BE(body.length, 1);
  return Buffer.concat([head, body]);
}

/** Takes bytes as they come and gives whole frames. Throws for what can't be one. */
export function createFrameReader(): (chunk: Buffer) => readonly Frame[] {
  let rest: Buffer = Buffer.alloc(0);
  return (chunk) => {
    rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    const frames: Frame[] = [];
    while (rest.length >= HEAD) {
      const length = rest.readUInt32BE(1);
      if (length > LIMIT) throw new Error(`a frame of ${length} bytes is too long`);
      if (rest.length < HEAD + length) break;
      frames.push({
        type: rest.toString('latin1', 0, 1),
        payload: rest.subarray(HEAD, HEAD + length),
      });
      rest = rest.subarray(HEAD + length);
    }
    return frames;
  };
}

/** The first frame of a command line. */
export interface Hello {
  readonly words: readonly string[];
  readonly terminal: { readonly columns: number; readonly rows: number } | null;
}
