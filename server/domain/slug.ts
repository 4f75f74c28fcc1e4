import type { AppId, SlugId } from './ids.ts';
import type { ProcessTypes } from './procfile.ts';

export interface Slug {
  readonly id: SlugId;
  readonly appId: AppId;
  /** Hex SHA-256 of the tar.zst, and its name on disk. */
  readonly sha256: string;
  /** Compressed, in bytes. */
  readonly size: number;
  readonly processTypes: ProcessTypes;
  readonly commit: string | null;
  readonly commitDescription: string | null;
  /** The language as the last buildpack's detect named it. */
  readonly buildpack: string;
  readonly stack: string;
  readonly createdAt: Date;
}

/** Compressed bytes: refused above (Heroku, 2026-03-19). */
export const SLUG_LIMIT = 1024 ** 3;
/** Compressed bytes: warned above ("may affect boot time"). */
export const SLUG_WARNING = 300 * 1024 ** 2;
