import { PlatformError } from '../domain/errors.ts';

/** The engine's refusal, with the HTTP status that it gave. */
export class DockerError extends Error {
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.name = 'DockerError';
    this.status = status;
  }
}

/**
 * Runs one call to the engine and makes its failure one of ours. A call that takes longer than so many seconds
 * (the usual bound when left out, none when null) has failed, too.
 */
export type Call = <T>(work: () => Promise<T>, bound?: number | null) => Promise<T>;

/** Seconds. Far beyond what any call takes: an answer that breaks off in its middle is never given by dockerode. */
const BOUND = 120;

export function createCall(socket: string): Call {
  return async (work, bound = BOUND) => {
    try {
      return await (bound === null ? work() : within(bound, work()));
    } catch (error) {
      throw translate(error, socket);
    }
  };
}

async function within<T>(seconds: number, work: Promise<T>): Promise<T> {
  const { promise, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => {
    reject(Object.assign(new Error('no answer'), { code: 'ETIMEDOUT' }));
  }, seconds * 1000);
  try {
    return await Promise.race([work, promise]);
  } finally {
    clearTimeout(timer);
  }
}

/** Undefined instead of an error for what does not exist. */
export async function unlessMissing<T>(work: Promise<T>): Promise<T | undefined> {
  try {
    return await work;
  } catch (error) {
    if (isRefusal(error, 404)) return undefined;
    throw error;
  }
}

export function isRefusal(error: unknown, ...statuses: number[]): error is DockerError {
  return error instanceof DockerError && statuses.includes(error.status);
}

interface ModemError {
  readonly statusCode?: number;
  readonly code?: string;
  readonly json?: unknown;
  readonly message: string;
}

const CONNECTION_ERRORS = ['ECONNREFUSED', 'ECONNRESET', 'ENOENT', 'EPIPE', 'EACCES', 'ETIMEDOUT'];

function translate(error: unknown, socket: string): unknown {
  if (!(error instanceof Error) || error instanceof PlatformError) return error;
  const { statusCode, code, json, message } = error as ModemError;
  if (statusCode !== undefined) return new DockerError(statusCode, reasonOf(json) ?? message);
  if (code === undefined || !CONNECTION_ERRORS.includes(code)) return error;
  return new PlatformError(
    'unavailable',
    `The Docker Engine can't be reached at ${socket} (${code}). Check that it runs, then try again.`,
  );
}

function reasonOf(body: unknown): string | undefined {
  if (typeof body !== 'object' || body === null || !('message' in body)) return undefined;
  return typeof body.message === 'string' ? body.message : undefined;
}
