import { connect } from 'node:net';
import { setTimeout } from 'node:timers/promises';
import type { EngineDyno } from './engine.ts';

type Endpoint = NonNullable<EngineDyno['endpoint']>;

/** Milliseconds between two tries, at first and at last. */
const FIRST_PAUSE = 50;
const LONGEST_PAUSE = 1000;
/** Milliseconds that a connection may take. */
const PATIENCE = 1000;

/** Whether a TCP connection to the endpoint is accepted, now. */
export async function accepts({ address, port }: Endpoint): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const socket = connect({ host: address, port, timeout: PATIENCE });
  socket
    .once('connect', () => {
      resolve(true);
    })
    .once('error', () => {
      resolve(false);
    })
    .once('timeout', () => {
      resolve(false);
    });
  const answer = await promise;
  socket.destroy();
  return answer;
}

/** Tries until the endpoint accepts, ever slower; false when the signal fires before. */
export async function acceptsAtLast(endpoint: Endpoint, signal: AbortSignal): Promise<boolean> {
  let pause = FIRST_PAUSE;
  while (!signal.aborted) {
    if (await accepts(endpoint)) return !signal.aborted;
    await setTimeout(pause, undefined, { signal }).catch(() => undefined);
    pause = Math.min(pause * 1.2, LONGEST_PAUSE);
  }
  return false;
}
