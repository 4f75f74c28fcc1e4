import { FAILURES, type Failure, type FailureCode } from './failures.ts';

/** One request as the log tells it; what was not reached is left out. */
export interface Access {
  readonly method: string;
  readonly path: string;
  readonly host: string;
  readonly requestId: string;
  readonly forwardedFor: string;
  readonly dyno?: string;
  /** Milliseconds. */
  readonly connect?: number;
  readonly service?: number;
  readonly status?: number;
  readonly bytes?: number;
  readonly failure?: FailureCode;
  /** More words about a failure, for H25 and H26. */
  readonly cause?: string;
}

/** Heroku's router line (Dev Center, HTTP routing). */
export function formatAccess(access: Access): string {
  const failure: Failure | undefined =
    access.failure === undefined ? undefined : FAILURES[access.failure];
  const sock = failure?.sock === undefined ? '' : `sock=${failure.sock} `;
  const status = failure?.status ?? access.status;
  return (
    `${sock}at=${failure?.level ?? 'info'} ${failureWords(access)}` +
    `method=${access.method} path="${quotable(access.path)}" host=${access.host} ` +
    `request_id=${access.requestId} fwd="${quotable(access.forwardedFor)}" ` +
    `dyno=${access.dyno ?? ''} connect=${milliseconds(access.connect)} ` +
    `service=${milliseconds(access.service)} status=${shown(status)} ` +
    `bytes=${shown(access.bytes)} protocol=http`
  );
}

function failureWords({ failure, cause }: Access): string {
  if (failure === undefined) return '';
  const words = `code=${failure} desc="${FAILURES[failure].description}" `;
  return cause === undefined ? words : `${words}cause="${quotable(cause)}" `;
}

/** A client chooses path and addresses; it must not be able to write fields of the line. */
function quotable(text: string): string {
  return text.replaceAll('"', '%22');
}

function milliseconds(value: number | undefined): string {
  return value === undefined ? '' : `${value}ms`;
}

function shown(value: number | undefined): string {
  return value === undefined ? '' : String(value);
}
