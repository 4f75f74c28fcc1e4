import { randomBytes, scrypt, timingSafeEqual, type ScryptOptions } from 'node:crypto';

/** What a hash costs: 32 MB of memory and about a tenth of a second (OWASP's scrypt setting). */
const COST = { ln: 15, r: 8, p: 3 } as const;
const BYTES = 32;

interface Cost {
  readonly ln: number;
  readonly r: number;
  readonly p: number;
}

/** `scrypt$15$8$3$<salt>$<key>`: the cost goes with the hash, so that it can be raised later. */
export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(16);
  const key = await derive(password, salt, COST);
  const parts = [COST.ln, COST.r, COST.p, salt.toString('base64url'), key.toString('base64url')];
  return `scrypt$${parts.join('$')}`;
}

/** A null hash (no such account, no password) takes as long as a wrong password, and is one. */
export async function verifyPassword(password: string, hash: string | null): Promise<boolean> {
  const { salt, key, cost } = hash === null ? NO_PASSWORD : parseHash(hash);
  const found = await derive(password, salt, cost);
  return timingSafeEqual(found, key) && hash !== null;
}

interface ParsedHash {
  readonly salt: Buffer;
  readonly key: Buffer;
  readonly cost: Cost;
}

const NO_PASSWORD: ParsedHash = { salt: Buffer.alloc(16), key: Buffer.alloc(BYTES), cost: COST };

function parseHash(hash: string): ParsedHash {
  const match = /^scrypt\$(\d+)\$(\d+)\$(\d+)\$([\w-]+)\$([\w-]{43})$/.exec(hash);
  if (!match) throw new Error('A stored password hash is not in the form scrypt$ln$r$p$salt$key.');
  const [, ln, r, p, salt = '', key = ''] = match;
  return {
    salt: Buffer.from(salt, 'base64url'),
    key: Buffer.from(key, 'base64url'),
    cost: { ln: Number(ln), r: Number(r), p: Number(p) },
  };
}

function derive(password: string, salt: Buffer, cost: Cost): Promise<Buffer> {
  const N = 2 ** cost.ln;
  const options: ScryptOptions = { N, r: cost.r, p: cost.p, maxmem: 256 * N * cost.r };
  return new Promise((resolve, reject) => {
    // the same characters typed on another keyboard may arrive composed in another way
    scrypt(password.normalize('NFKC'), salt, BYTES, options, (error, key) => {
      if (error) reject(error);
      else resolve(key);
    });
  });
}
