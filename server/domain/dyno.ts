import type { AppId, DynoId, ReleaseId } from './ids.ts';
import type { DynoSizeId } from './dyno-size.ts';

/** Platform API schema, dyno.state. */
export type DynoState = 'starting' | 'up' | 'idle' | 'crashed' | 'down';

/** `formation` dynos are kept running, the others run once. */
export type DynoRole = 'formation' | 'one-off' | 'release';

/** The labels of a dyno: everything an engine remembers of it. */
export interface DynoLabels {
  readonly app: AppId;
  readonly release: ReleaseId;
  readonly version: number;
  readonly type: string;
  readonly index: number;
  readonly dyno: DynoId;
  readonly role: DynoRole;
  readonly size: DynoSizeId;
}

/** `web.1`, `run.9157`. */
export function dynoName(dyno: { readonly type: string; readonly index: number }): string {
  return `${dyno.type}.${String(dyno.index)}`;
}

/** What `ps` and the API tell of a dyno. */
export interface DynoStatus {
  readonly id: DynoId;
  readonly name: string;
  readonly type: string;
  readonly index: number;
  readonly size: DynoSizeId;
  readonly command: string;
  readonly state: DynoState;
  readonly since: Date;
  readonly version: number;
  /** When a crashed dyno is started again. */
  readonly nextTry: Date | null;
  readonly restarts: number;
}

/** Seconds a web dyno has for binding $PORT before R10 (Dev Center, error codes). */
export const BOOT_TIMEOUT = 60;
/** Seconds between SIGTERM and SIGKILL, R12 (Dev Center, error codes). */
export const STOP_TIMEOUT = 30;

/** The user and group that builds and dynos run as, here and in the stack images. */
export const DYNO_UID = 25_000;
