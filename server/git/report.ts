import type { CommandList } from './command-list.ts';
import { encodePacket, FLUSH } from './pkt-line.ts';
import type { Refusal } from './push-rules.ts';

/** The band of a side-band-64k answer that carries data; the others carry text and errors. */
const DATA_BAND = 1;

/**
 * The answer to a push that git never gets to see. Refs without a fault of their own are refused
 * with the others: a push stands as a whole or not at all.
 */
export function refusalReport(list: CommandList, refusals: readonly Refusal[]): Buffer {
  const reasons = new Map(refusals.map(({ ref, reason }) => [ref, reason]));
  const rest = 'refused together with the rest of the push';
  const lines = list.commands.map(({ ref }) => `ng ${ref} ${reasons.get(ref) ?? rest}\n`);
  const status = [...['unpack ok\n', ...lines].map(encodePacket), FLUSH];
  if (!list.capabilities.has('side-band-64k')) return Buffer.concat(status);
  const inBand = status.map((packet) => Buffer.concat([Buffer.from([DATA_BAND]), packet]));
  return Buffer.concat([...inBand.map(encodePacket), FLUSH]);
}
