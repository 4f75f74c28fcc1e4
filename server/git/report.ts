import type { CommandList } from './command-list.ts';
import { encodePacket, FLUSH } from './pkt-line.ts';
import type { Refusal } from './push-rules.ts';

const DATA_BAND = 1;
const PROGRESS_BAND = 2;

/**
 * The answer to a push that git never gets to see. Refs without a fault of their own are refused
 * with the others: a push stands as a whole or not at all.
 */
export function refusalReport(
  list: CommandList,
  refusals: readonly Refusal[],
  remarks: readonly string[] = [],
): Buffer {
  const reasons = new Map(refusals.map(({ ref, reason }) => [ref, reason]));
  const rest = 'refused together with the rest of the push';
  const lines = list.commands.map(({ ref }) => `ng ${ref} ${reasons.get(ref) ?? rest}\n`);
  const status = [...['unpack ok\n', ...lines].map(encodePacket), FLUSH];
  if (!list.capabilities.has('side-band-64k')) return Buffer.concat(status);
  return Buffer.concat([
    ...remarks.map((remark) => band(PROGRESS_BAND, Buffer.from(`${remark}\n`))),
    ...status.map((packet) => band(DATA_BAND, packet)),
    FLUSH,
  ]);
}

function band(number: number, payload: Buffer): Buffer {
  return encodePacket(Buffer.concat([Buffer.from([number]), payload]));
}
