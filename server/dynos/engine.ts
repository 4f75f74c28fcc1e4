import type { Duplex } from 'node:stream';
import type { DynoLabels } from '../domain/dyno.ts';
import type { DynoId } from '../domain/ids.ts';

/** Everything a dyno needs to run; an engine decides nothing beyond it. */
export interface DynoSpec extends DynoLabels {
  readonly command: string;
  /** Hex SHA-256 of the slug; the engine finds and unpacks it. */
  readonly slug: string;
  /** Config vars and platform variables; PORT and nothing else of the network is added by the engine. */
  readonly env: Readonly<Record<string, string>>;
  /** A terminal for one-offs. */
  readonly tty?: TerminalSize;
}

export interface TerminalSize {
  readonly columns: number;
  readonly rows: number;
}

export interface DynoExit {
  /** 128 + n when ended by signal n. */
  readonly code: number;
  readonly outOfMemory: boolean;
  readonly at: Date;
}

/** A dyno as its engine sees it. `exit` is set once it has ended; it is listed until `stop` removes it. */
export interface EngineDyno extends DynoLabels {
  readonly command: string;
  readonly slug: string;
  /** Where the host reaches it; null once it has ended. */
  readonly endpoint: { readonly address: string; readonly port: number } | null;
  readonly paused: boolean;
  readonly startedAt: Date;
  readonly exit: DynoExit | null;
}

/** "Look at this dyno again": what happened is read with `list`. */
export interface EngineEvent {
  readonly dyno: DynoId;
  readonly app: DynoLabels['app'];
}

export interface DynoOutput {
  readonly stream: 'stdout' | 'stderr';
  readonly time: Date;
  /** One line without its end; raw, not cut. */
  readonly text: string;
  /** Hand it back to `logs` to go on behind this line. */
  readonly cursor: string;
}

export interface Attachment {
  /** Writes go to stdin, reads come from stdout (with a terminal: both outputs). */
  readonly stream: Duplex;
  /** Null with a terminal. */
  readonly stderr: NodeJS.ReadableStream | null;
  resize(size: TerminalSize): Promise<void>;
  signal(name: 'SIGHUP' | 'SIGINT' | 'SIGTERM' | 'SIGKILL'): Promise<void>;
  readonly exit: Promise<DynoExit>;
}

/**
 * Where dynos run. Works per dyno, decides nothing, remembers nothing but the labels. Names of a dyno may be
 * given again only after `stop`; every start has a fresh file system.
 */
export interface Engine {
  /** Every dyno of this appliance, ended ones too. */
  list(): Promise<readonly EngineDyno[]>;
  /** Resolves when the process has been started, not when it is up. Throws PlatformError for a bad slug (R17). */
  start(spec: DynoSpec): Promise<EngineDyno>;
  /** Starts it with its streams attached from the first byte; output goes nowhere else. */
  attach(spec: DynoSpec): Promise<Attachment>;
  /**
   * SIGTERM to every process, SIGKILL after `timeout` seconds, then removes what is left of it, an ended dyno's
   * rest too. Resolves to null when there is no such dyno. `forced` says that SIGKILL was needed (R12).
   */
  stop(
    dyno: DynoId,
    timeout: number,
  ): Promise<{ readonly exit: DynoExit; readonly forced: boolean } | null>;
  /** Lines so far, then live, until the dyno has ended and is drained or the signal fires. */
  logs(dyno: DynoId, after: string | null, signal: AbortSignal): AsyncIterable<DynoOutput>;
  /** Never ends by itself; reconnects to the engine and then says nothing of what it missed (list again on `null`). */
  events(signal: AbortSignal): AsyncIterable<EngineEvent | null>;
}
