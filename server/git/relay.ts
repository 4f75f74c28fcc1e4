import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Body } from './body.ts';
import { patientWrite } from './patient-write.ts';

/** Milliseconds a client may take to accept more of an answer before it counts as gone. */
const STALL_LIMIT = 5 * 60_000;

/** Sends the rest of a body; one that breaks off ends early, and git sees that it does. */
export async function sendBody(body: Body, backend: Socket): Promise<void> {
  try {
    for (let chunk = await body.next(); chunk !== undefined; chunk = await body.next()) {
      if (backend.destroyed) break;
      await patientWrite(backend, chunk);
    }
  } catch {
    // the client is gone or sends junk
  }
  backend.end();
  await body.drain();
}

/**
 * Hands the backend's answer to the client. The backend is read to its end even when the client
 * has left. An answer that breaks off breaks the client's connection off too.
 */
export async function relayAnswer(backend: Socket, response: ServerResponse): Promise<void> {
  let stall: NodeJS.Timeout | undefined;
  const proceed = (): void => {
    clearTimeout(stall);
    backend.resume();
  };
  response.on('drain', proceed);
  response.on('close', proceed);
  backend.on('data', (chunk: Buffer) => {
    if (response.destroyed || response.write(chunk)) return;
    backend.pause();
    stall = setTimeout(() => response.destroy(), STALL_LIMIT);
  });
  backend.once('end', () => response.end());
  await closed(backend);
  if (!response.writableEnded) response.destroy();
}

async function closed(socket: Socket): Promise<void> {
  if (!socket.closed) await new Promise((resolve) => socket.once('close', resolve));
}
