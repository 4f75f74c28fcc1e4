import type { IncomingMessage, ServerResponse } from 'node:http';
import { Readable } from 'node:stream';

/** A client's body on its way to one dyno. */
export interface RequestBody {
  readonly stream: Readable;
  /** The dyno would take more, the client sends nothing. */
  isWaitingForClient(): boolean;
  /** Leaves what was not yet read to the next attempt. */
  detach(): void;
}

/**
 * A stream of our own between client and dyno: undici destroys the body it is given as soon as an
 * answer comes early, and destroying a client's request would close its connection before it could
 * read that answer.
 */
export function createRequestBody(
  request: IncomingMessage,
  response: ServerResponse,
  onProgress: () => void,
): RequestBody {
  let wanted = false;
  const onData = (chunk: Buffer): void => {
    onProgress();
    wanted = stream.push(chunk);
    if (!wanted) request.pause();
  };
  const onEnd = (): void => {
    stream.push(null);
  };
  let begun = false;
  let detached = false;
  const detach = (): void => {
    // once: what is left may be read by others by the time that undici destroys the stream
    if (detached) return;
    detached = true;
    request.off('data', onData).off('end', onEnd);
    request.pause();
  };
  const begin = (): void => {
    begun = true;
    if (expectsContinue(request)) response.writeContinue();
    request.on('data', onData).on('end', onEnd);
  };
  const stream = new Readable({
    read() {
      wanted = true;
      if (!begun) begin();
      request.resume();
    },
    destroy(error, callback) {
      detach();
      callback(error);
    },
  });
  return { stream, isWaitingForClient: () => wanted && !request.complete, detach };
}

function expectsContinue(request: IncomingMessage): boolean {
  return request.headers.expect?.toLowerCase() === '100-continue';
}
