import type { Socket } from 'node:net';

/** Resolves when the socket takes more, or never will: then what is written is lost. */
export async function patientWrite(socket: Socket, data: Buffer): Promise<void> {
  if (!socket.writable || socket.write(data)) return;
  await new Promise<void>((resolve) => {
    const done = (): void => {
      socket.off('drain', done).off('close', done);
      resolve();
    };
    socket.once('drain', done).once('close', done);
  });
}
