import { parsePackets } from './pkt-line.ts';

export const NO_ID = '0'.repeat(40);

/** One ref that a push wants to move. */
export interface Command {
  readonly oldId: string;
  readonly newId: string;
  readonly ref: string;
}

/** What a push asks for before its pack begins. */
export interface CommandList {
  readonly commands: readonly Command[];
  readonly capabilities: ReadonlySet<string>;
  /** The pusher's repository lacks the beginning of its history. */
  readonly shallow: boolean;
  /** Bytes it took. */
  readonly length: number;
}

const COMMAND = /^([0-9a-f]{40}) ([0-9a-f]{40}) ([^\0]{1,1000})(?:\0(.*))?$/s;

/** Null while more is to come; throws a SyntaxError on anything but commands. */
export function parseCommandList(data: Buffer): CommandList | null {
  const packets = parsePackets(data);
  if (packets === null) return null;
  const lines = packets.lines.map((line) => line.toString().replace(/\n$/, ''));
  const isShallow = (line: string): boolean => line.startsWith('shallow ');
  const parsed = lines.filter((line) => !isShallow(line)).map(parseCommand);
  return {
    commands: parsed.map(({ oldId, newId, ref }) => ({ oldId, newId, ref })),
    capabilities: new Set(parsed.flatMap(({ capabilities }) => capabilities)),
    shallow: lines.some(isShallow),
    length: packets.end,
  };
}

function parseCommand(line: string): Command & { readonly capabilities: readonly string[] } {
  const match = COMMAND.exec(line);
  if (match === null) throw new SyntaxError('not a push command');
  const [, oldId = '', newId = '', ref = '', capabilities = ''] = match;
  return { oldId, newId, ref, capabilities: capabilities.split(' ').filter((c) => c !== '') };
}
