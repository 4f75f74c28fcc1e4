import type { IncomingMessage } from 'node:http';
import { finished } from 'node:stream/promises';
import type Dockerode from 'dockerode';
import type { Call } from './failure.ts';

interface Modem {
  dial(options: object, done: (error: Error | null, answer: IncomingMessage) => void): void;
}

/**
 * Resolves when the container does not run. The engine sends the head of its answer at once and the rest when
 * the container has ended; dockerode's own `wait` never returns when the connection is lost in between, so the
 * answer is read as a stream here.
 */
export async function waitUntilStopped(
  client: Dockerode,
  call: Call,
  container: string,
): Promise<void> {
  const answer = await call(() => ask(client.modem as Modem, container));
  await call(() => finished(answer.resume()), null);
}

function ask(modem: Modem, container: string): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    modem.dial(
      {
        path: `/containers/${encodeURIComponent(container)}/wait?condition=not-running`,
        method: 'POST',
        isStream: true,
        statusCodes: { 200: true, 404: 'no such container', 500: 'server error' },
      },
      (error, answer) => {
        if (error) reject(error);
        else resolve(answer);
      },
    );
  });
}
