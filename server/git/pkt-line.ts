/** Git's framing: four hex digits of length, which counts them too, then the payload. */
const LENGTH_DIGITS = 4;
const MAX_PAYLOAD = 65_516;
export const FLUSH = Buffer.from('0000');

export function encodePacket(payload: Buffer | string): Buffer {
  const body = Buffer.from(payload);
  if (body.length > MAX_PAYLOAD) throw new RangeError('too long for one pkt-line');
  const length = (body.length + LENGTH_DIGITS).toString(16).padStart(LENGTH_DIGITS, '0');
  return Buffer.concat([Buffer.from(length), body]);
}

export interface Packets {
  /** Payloads up to the first flush. */
  readonly lines: readonly Buffer[];
  /** Where the flush ends. */
  readonly end: number;
}

/** Null while the flush has not arrived; throws on what can never become packets. */
export function parsePackets(data: Buffer): Packets | null {
  const lines: Buffer[] = [];
  for (let at = 0; at + LENGTH_DIGITS <= data.length;) {
    const length = parseLength(data.toString('latin1', at, at + LENGTH_DIGITS));
    if (length === 0) return { lines, end: at + LENGTH_DIGITS };
    if (at + length > data.length) return null;
    lines.push(data.subarray(at + LENGTH_DIGITS, at + length));
    at += length;
  }
  return null;
}

function parseLength(digits: string): number {
  const length = /^[0-9a-f]{4}$/i.test(digits) ? parseInt(digits, 16) : -1;
  // 1 to 3 are the delimiters of protocol 2, which has no place here
  if (length !== 0 && length < LENGTH_DIGITS) throw new SyntaxError('malformed pkt-line');
  return length;
}
