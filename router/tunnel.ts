import { STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';

export interface TunnelEnds {
  readonly client: Duplex;
  readonly dyno: Duplex;
  /** Bytes that the client sent behind its request. */
  readonly head: Buffer;
  /** Milliseconds without a byte either way. */
  readonly idle: number;
}

export interface TunnelEnd {
  readonly bytes: number;
  readonly idle: boolean;
}

/** Joins both ends after a 101 until either closes or both fall silent. */
export function openTunnel(ends: TunnelEnds, onEnd: (end: TunnelEnd) => void): void {
  const { client, dyno } = ends;
  let bytes = 0;
  let idle = false;
  let open = true;
  const timer = setTimeout(() => {
    idle = true;
    close();
  }, ends.idle);

  function close(): void {
    if (!open) return;
    open = false;
    clearTimeout(timer);
    client.destroy();
    dyno.destroy();
    onEnd({ bytes, idle });
  }

  client.on('data', () => timer.refresh());
  dyno.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
    timer.refresh();
  });
  for (const end of [client, dyno]) end.on('close', close).on('error', close);
  if (ends.head.length > 0) dyno.write(ends.head);
  client.pipe(dyno);
  dyno.pipe(client);
}

/** The head of an answer that switches protocols, as bytes. */
export function switchingHead({
  status,
  protocol,
  headers,
}: {
  readonly status: number;
  readonly protocol: string;
  readonly headers: readonly string[];
}): Buffer {
  const lines = [`HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}`];
  lines.push('Connection: Upgrade', `Upgrade: ${protocol}`);
  for (let i = 0; i + 1 < headers.length; i += 2) {
    lines.push(`${headers[i] ?? ''}: ${headers[i + 1] ?? ''}`);
  }
  return Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1');
}
