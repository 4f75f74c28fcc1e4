/** Heroku's error ids and the HTTP status each goes with (Dev Center, Platform API reference). */
export const ERROR_STATUS = {
  bad_request: 400,
  unauthorized: 401,
  payment_required: 402,
  forbidden: 403,
  not_found: 404,
  conflict: 409,
  gone: 410,
  invalid_params: 422,
  rate_limit: 429,
  unavailable: 503,
} as const;

export type ErrorId = keyof typeof ERROR_STATUS;

/** A refusal: an id for programs, a sentence for people. Anything else that is thrown is a bug. */
export class PlatformError extends Error {
  readonly id: ErrorId;

  constructor(id: ErrorId, message: string) {
    super(message);
    this.name = 'PlatformError';
    this.id = id;
  }
}

export function notFound(what: string): PlatformError {
  return new PlatformError('not_found', `Couldn't find that ${what}.`);
}

export function invalid(message: string): PlatformError {
  return new PlatformError('invalid_params', message);
}

export function forbidden(message: string): PlatformError {
  return new PlatformError('forbidden', message);
}

export function conflict(message: string): PlatformError {
  return new PlatformError('conflict', message);
}
