import { VIA } from './forwarded.ts';

/** Bytes of one Set-Cookie line (Dev Center, HTTP routing). */
const COOKIE_LIMIT = 8192;

/** Headers for the client, or what makes them unfit for it (H25). */
export type ResponseHead =
  { readonly headers: string[] } | { readonly restriction: 'oversized cookie' };

const HOP_BY_HOP: ReadonlySet<string> = new Set([
  'connection',
  'keep-alive',
  'proxy-connection',
  'transfer-encoding',
  'upgrade',
]);

/** `raw` is name, value, name, value, as bytes; names, order and repetition stay. */
export function readResponseHead(raw: readonly Buffer[]): ResponseHead {
  const headers: string[] = [];
  let via = VIA;
  for (let i = 0; i + 1 < raw.length; i += 2) {
    const name = latin1(raw[i]);
    const value = latin1(raw[i + 1]);
    const lower = name.toLowerCase();
    if (HOP_BY_HOP.has(lower)) continue;
    if (lower === 'via') via = `${value}, ${VIA}`;
    else if (lower === 'set-cookie' && value.length > COOKIE_LIMIT) {
      return { restriction: 'oversized cookie' };
    } else headers.push(name, value);
  }
  headers.push('Via', via);
  return { headers };
}

function latin1(bytes: Buffer | undefined): string {
  return bytes?.toString('latin1') ?? '';
}
