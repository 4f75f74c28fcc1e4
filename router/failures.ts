import { errors } from 'undici';

export interface Failure {
  readonly description: string;
  /** Undefined where the cause decides. */
  readonly status: number | undefined;
  readonly level: 'info' | 'warning' | 'error';
  /** Whose connection broke, as the line tells it. */
  readonly sock?: 'client' | 'backend';
}

/** Heroku's router codes with their words, statuses and levels (Dev Center, error codes). */
export const FAILURES = {
  H10: { description: 'App crashed', status: 503, level: 'error' },
  H11: { description: 'Backlog too deep', status: 503, level: 'error' },
  H12: { description: 'Request timeout', status: 503, level: 'error' },
  H13: { description: 'Connection closed without response', status: 503, level: 'error' },
  H14: { description: 'No web processes running', status: 503, level: 'error' },
  H15: { description: 'Idle connection', status: 503, level: 'error' },
  H17: { description: 'Poorly formatted HTTP response', status: 503, level: 'error' },
  H18: {
    description: 'Server Request Interrupted',
    status: 503,
    level: 'error',
    sock: 'backend',
  },
  H19: { description: 'Backend connection timeout', status: 503, level: 'error' },
  H20: { description: 'App boot timeout', status: 503, level: 'error' },
  H21: { description: 'Backend connection refused', status: 503, level: 'error' },
  H24: { description: 'Forced close', status: 503, level: 'error' },
  H25: { description: 'HTTP restriction', status: 502, level: 'error' },
  H26: { description: 'Request Error', status: undefined, level: 'error' },
  H27: {
    description: 'Client Request Interrupted',
    status: 499,
    level: 'warning',
    sock: 'client',
  },
  H28: { description: 'Client Connection Idle', status: 499, level: 'warning' },
  H80: { description: 'Maintenance mode', status: 503, level: 'info' },
  H81: { description: 'Blank app', status: 503, level: 'info' },
  H99: { description: 'Platform error', status: 503, level: 'error' },
} as const satisfies Record<string, Failure>;

export type FailureCode = keyof typeof FAILURES;

/** Ends an exchange with a dyno from our side; undici hands it back as the reason. */
export class Cut extends Error {
  readonly code: FailureCode | 'retired';

  constructor(code: FailureCode | 'retired') {
    super(`The exchange was ended: ${code}.`);
    this.name = 'Cut';
    this.code = code;
  }
}

/** What became of one attempt at a dyno. */
export type Outcome =
  /** The dyno's answer is on its way to the client, complete. */
  | { readonly kind: 'answered' }
  /** Nothing was lost: the dyno left the table, or closed a kept connection under a repeatable request. */
  | { readonly kind: 'again' }
  | { readonly kind: 'unreachable'; readonly code: 'H19' | 'H21' }
  | { readonly kind: 'failed'; readonly code: FailureCode };

/** How far an attempt had come when it broke. */
export interface Progress {
  /** The request, or a part of it, was written to the dyno. */
  readonly written: boolean;
  /** The dyno's answer has begun. */
  readonly received: boolean;
  /** The connection was a kept one and the request may be repeated. */
  readonly repeatable: boolean;
}

const UNREACHABLE: Readonly<Record<string, 'H19' | 'H21'>> = {
  ECONNREFUSED: 'H21',
  ECONNRESET: 'H21',
  ETIMEDOUT: 'H19',
  EHOSTUNREACH: 'H19',
  ENETUNREACH: 'H19',
};

/** A question per line: why did an attempt break? */
export function classify(error: Error, progress: Progress): Outcome {
  if (error instanceof Cut) {
    return error.code === 'retired' ? { kind: 'again' } : { kind: 'failed', code: error.code };
  }
  const code = codeOf(error);
  if (!progress.written) return unwritten(code);
  if (code === 'UND_ERR_HEADERS_OVERFLOW') return { kind: 'failed', code: 'H25' };
  if (error instanceof errors.HTTPParserError || code === 'ERR_INVALID_CHAR') {
    return { kind: 'failed', code: 'H17' };
  }
  if (!CLOSED.has(code)) return { kind: 'failed', code: 'H99' };
  if (progress.received) return { kind: 'failed', code: 'H18' };
  return progress.repeatable ? { kind: 'again' } : { kind: 'failed', code: 'H13' };
}

function unwritten(code: string): Outcome {
  const unreachable = UNREACHABLE[code];
  if (unreachable) return { kind: 'unreachable', code: unreachable };
  return { kind: 'failed', code: code === 'UND_ERR_INVALID_ARG' ? 'H26' : 'H99' };
}

const CLOSED: ReadonlySet<string> = new Set([
  'UND_ERR_SOCKET',
  'UND_ERR_RES_CONTENT_LENGTH_MISMATCH',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'EHOSTUNREACH',
]);

function codeOf(error: Error): string {
  return 'code' in error && typeof error.code === 'string' ? error.code : '';
}
