/** All in milliseconds; the defaults are Heroku's (Dev Center, HTTP routing, request timeout). */
export interface Timeouts {
  /** Until a dyno accepts a connection: H19. */
  readonly connect: number;
  /** From the end of the request to the first byte of the answer: H12. */
  readonly firstByte: number;
  /** Without a byte in either direction: H15, H28. */
  readonly idle: number;
  /** In all, until a dyno has taken the request: H20 while booting, else H99. */
  readonly start: number;
  /** How long a dyno that took no connection is left alone. */
  readonly quarantine: number;
  /** A connection to a dyno that waits for its next request. */
  readonly dynoKeepAlive: number;
  /** A client's connection that waits for its next request. */
  readonly clientKeepAlive: number;
  /** Until a client has sent all its headers. */
  readonly headers: number;
  /** Given to requests under way when the router stops: H24. */
  readonly drain: number;
}

export const DEFAULT_TIMEOUTS: Timeouts = {
  connect: 5_000,
  firstByte: 30_000,
  idle: 55_000,
  start: 75_000,
  quarantine: 5_000,
  dynoKeepAlive: 4_000,
  clientKeepAlive: 60_000,
  headers: 30_000,
  drain: 30_000,
};
