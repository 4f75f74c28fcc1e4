import { createHash, randomBytes } from 'node:crypto';

/** A secret of 256 bits that says by its prefix what it is. Shown once; only its hash is stored. */
export function createSecret(prefix: string): string {
  return `${prefix}_${randomBytes(32).toString('base64url')}`;
}

/** Secrets are looked up by hash, so how long it takes tells nothing about one that exists. */
export function hashSecret(secret: string): Buffer {
  return createHash('sha256').update(secret).digest();
}
