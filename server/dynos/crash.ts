import { constants } from 'node:os';
import { DYNO_SIZES } from '../domain/dyno-size.ts';
import { dynoName, type DynoLabels } from '../domain/dyno.ts';
import type { DynoExit } from './engine.ts';
import { WEB } from './wanted.ts';

/** Why a dyno of the formation ran no longer, or not at all. Times in seconds. */
export type CrashCause =
  | {
      readonly kind: 'exit';
      readonly exit: DynoExit;
      readonly lived: number;
      readonly wasUp: boolean;
    }
  | { readonly kind: 'boot-timeout'; readonly timeout: number; readonly probed: string }
  | { readonly kind: 'refused'; readonly reason: string }
  | { readonly kind: 'vanished' };

export type FormationDyno = Pick<DynoLabels, 'dyno' | 'release' | 'type' | 'index' | 'size'>;

export interface Crash extends FormationDyno {
  readonly command: string;
  readonly at: Date;
  readonly cause: CrashCause;
  /** Since the last correct start, this one included. */
  readonly crashes: number;
  readonly nextTry: Date;
  /** The last lines that the dyno wrote. */
  readonly output: readonly string[];
}

/** The place of a release in the formation, as a key. */
export function slotKey(slot: Pick<FormationDyno, 'release' | 'type' | 'index'>): string {
  return `${slot.release}/${dynoName(slot)}`;
}

/** One sentence for the person whose release failed by this crash. */
export function describeCrash(crash: Crash): string {
  return `${dynoName(crash)} ${whatHappened(crash)}`;
}

function whatHappened({ cause, type, size, command }: Crash): string {
  switch (cause.kind) {
    case 'exit':
      return `(\`${command}\`) ${describeExit(cause.exit, size)} after ${seconds(cause.lived)}${stage(type, cause)}.`;
    case 'boot-timeout':
      return (
        `(\`${command}\`) did not listen on $PORT within ${seconds(cause.timeout)} of its start ` +
        `(R10): no TCP connection to ${cause.probed} was accepted. ` +
        'Listen on 0.0.0.0, at the port in $PORT.'
      );
    case 'refused':
      return `could not be started: ${cause.reason}`;
    case 'vanished':
      return `(\`${command}\`) was removed from the engine by somebody else.`;
  }
}

function describeExit({ code, outOfMemory }: DynoExit, size: Crash['size']): string {
  if (outOfMemory) {
    return `used up the ${String(DYNO_SIZES[size].memory)} MB of memory of its size and was killed (status ${String(code)})`;
  }
  const signal = signalOf(code);
  const by = signal === undefined ? '' : `, signal ${signal}`;
  return `exited with status ${String(code)}${by}`;
}

function stage(type: string, { wasUp }: { readonly wasUp: boolean }): string {
  return type === WEB && !wasUp ? ', before it listened on $PORT' : '';
}

/** 143 → SIGTERM. */
function signalOf(code: number): string | undefined {
  return Object.entries(constants.signals).find(([, number]) => code === 128 + number)?.[0];
}

function seconds(count: number): string {
  const rounded = Math.round(count * 10) / 10;
  return `${String(rounded)} ${rounded === 1 ? 'second' : 'seconds'}`;
}

type Place = FormationDyno & Pick<Crash, 'command'>;

/** Just the place, of whatever knows more. */
export function placeOf({ dyno, release, type, index, size, command }: Place): Place {
  return { dyno, release, type, index, size, command };
}
