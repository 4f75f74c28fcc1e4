import { randomInt } from 'node:crypto';

/** Hosts of a /16 that we give to dynos: the engine itself gives x.y.0.*, and x.y.255.255 is the broadcast. */
const FIRST = 256;
const LAST = 65_534;

/** Returns the address to give next. */
export type Addresses = (subnet: string) => string;

/**
 * Gives the addresses of a subnet in turn, beginning anywhere, so that one is used again as late as possible
 * and no old route leads to another app. One that is still in use is for the engine to refuse.
 */
export function createAddresses(start = randomInt(FIRST, LAST + 1)): Addresses {
  let host = start;
  return (subnet) => {
    const address = addressOf(subnet, host);
    host = host === LAST ? FIRST : host + 1;
    return address;
  };
}

/** `10.128.0.0/16`, 258 → `10.128.1.2`. */
function addressOf(subnet: string, host: number): string {
  const [first = '', second = ''] = subnet.split('.');
  return [first, second, host >> 8, host & 255].join('.');
}
