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

/** Runs one call to the engine and makes its failure one of ours. */
export type Call = <T>(work: () => Promise<T>) => Promise<T>;

export function createCall(socket: string): Call {
  return async (work) => {
    try {
      return await work();
    } catch (error) {
      throw translate(error, socket);
    }
  };
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
