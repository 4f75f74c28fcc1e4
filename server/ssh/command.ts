import type { Readable } from 'node:stream';
import type { Actions } from '../actions/actions.ts';
import type { Actor } from '../domain/account.ts';

/** `--app APP`, `-a APP`; without `value` a switch. */
export interface Flag {
  readonly char?: string;
  /** What the value is called in the usage. */
  readonly value?: string;
  readonly required?: boolean;
  readonly summary: string;
}

export interface Argument {
  /** As the usage shows it, in capitals. */
  readonly name: string;
  readonly required?: boolean;
  /** Takes all further words. */
  readonly many?: boolean;
  readonly summary: string;
}

/** One command, declared once: parser, usage, help and completion come from this. */
export interface Command {
  readonly name: string;
  readonly aliases?: readonly string[];
  readonly summary: string;
  readonly arguments?: readonly Argument[];
  readonly flags?: Readonly<Record<string, Flag>>;
  readonly examples?: readonly string[];
  /** Resolves to the exit code; throws PlatformError to refuse. */
  run(context: Context): Promise<number> | number;
}

/** How wide and high the terminal is; null where output goes to a file or a pipe. */
export interface Terminal {
  readonly columns: number;
  readonly rows: number;
}

/** Who is at the other end, whichever way they came. */
export interface Session {
  readonly actor: Actor;
  readonly stdin: Readable;
  out(text: string): void;
  err(text: string): void;
  /** Resolves when what was written has left; for commands that write without end. */
  drained(): Promise<void>;
  readonly terminal: Terminal | null;
  /** Fires when the other end has gone. */
  readonly signal: AbortSignal;
}

/** The platform as commands see it. */
export interface Host {
  readonly actions: Actions;
  /** Where an app's pages are. */
  appUrl(app: string): string;
  /** What `git remote add` takes. */
  gitUrl(app: string): string;
  readonly version: string;
}

export interface Words {
  readonly arguments: readonly string[];
  value(flag: string): string | undefined;
  has(flag: string): boolean;
}

export interface Context extends Session, Host {
  readonly words: Words;
  /** The value of the required `--app`. */
  readonly app: string;
}

export const APP_FLAG: Flag = {
  char: 'a',
  value: 'APP',
  required: true,
  summary: 'app to run the command on',
};
export const JSON_FLAG: Flag = { char: 'j', summary: 'print JSON' };
