/** Heroku's platform error codes and their words (Dev Center, error codes). */
export const ERROR_CODES = {
  R10: 'Boot timeout',
  R12: 'Exit timeout',
  R13: 'Attach error',
  R14: 'Memory quota exceeded',
  R15: 'Memory quota vastly exceeded',
  R16: 'Detached',
  R17: 'Checksum error',
  R99: 'Platform error',
  L10: 'Drain buffer overflow',
  L11: 'Tail buffer overflow',
} as const;

export type ErrorCode = keyof typeof ERROR_CODES;

/** `Error R10 (Boot timeout) -> Web process failed to bind to $PORT within 60 seconds of launch`. */
export function formatErrorCode(code: ErrorCode, detail?: string): string {
  return `Error ${code} (${ERROR_CODES[code]})${detail === undefined ? '' : ` -> ${detail}`}`;
}
