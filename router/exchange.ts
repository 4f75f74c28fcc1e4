import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Dispatcher } from 'undici';
import { classify, Cut, type FailureCode, type Outcome } from './failures.ts';
import { createRequestBody } from './request-body.ts';
import type { RequestHead } from './request-head.ts';
import { readResponseHead } from './response-head.ts';
import type { Timeouts } from './timeouts.ts';
import type { Upstream } from './upstreams.ts';

/** One attempt to have one dyno answer one request. */
export interface Attempt {
  readonly head: RequestHead;
  readonly headers: string[];
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly upstream: Upstream;
  /** May be sent again when a kept connection closes without an answer. */
  readonly repeatable: boolean;
  /** The protocol to switch to, for a client whose connection can. */
  readonly upgrade: string | undefined;
  /** Leave kept connections alone. */
  readonly fresh: boolean;
  readonly timeouts: Timeouts;
}

/** Told while an attempt goes on. */
export interface Progressed {
  /** The dyno has taken the connection. */
  onConnected(): void;
  onBytes(count: number): void;
  /** The headers of an answer; what is returned goes to the client with them. */
  onAnswer(status: number): readonly string[];
  /** Of an answer that may not be passed on. */
  onRestriction(cause: string): void;
  /** The dyno switched protocols; the socket is the caller's. */
  onUpgrade(answer: Switched): void;
  onSettled(outcome: Outcome): void;
}

export interface Switched {
  readonly status: number;
  readonly protocol: string;
  readonly headers: readonly string[];
  readonly socket: Duplex;
}

export interface Exchange {
  cut(code: FailureCode): void;
}

export function startExchange(attempt: Attempt, progressed: Progressed): Exchange {
  const { head, request, response, upstream, timeouts } = attempt;
  const { connections } = upstream;
  const connection = attempt.fresh ? connections.takeFresh() : connections.take();
  let control: Dispatcher.DispatchController | undefined;
  let phase: 'unwritten' | 'sending' | 'waiting' | 'answering' | 'settled' = 'unwritten';
  let received = false;
  let timer: NodeJS.Timeout | undefined;

  const body = head.hasBody ? createRequestBody(request, response, touch) : undefined;

  function touch(): void {
    timer?.refresh();
  }

  function arm(milliseconds: number): void {
    clearTimeout(timer);
    timer = setTimeout(() => {
      cut(silence());
    }, milliseconds);
  }

  /** Who has been silent for too long? */
  function silence(): FailureCode {
    if (phase === 'waiting') return 'H12';
    if (phase === 'sending') return body?.isWaitingForClient() ? 'H28' : 'H15';
    return control?.paused ? 'H28' : 'H15';
  }

  function cut(code: Cut['code']): void {
    if (phase === 'settled') return;
    const reason = new Cut(code);
    if (control) control.abort(reason);
    else connection.destroy(reason);
  }

  function settle(outcome: Outcome): void {
    if (phase === 'settled') return;
    phase = 'settled';
    clearTimeout(timer);
    body?.detach();
    response.off('drain', resume);
    progressed.onSettled(outcome);
  }

  function resume(): void {
    touch();
    control?.resume();
  }

  connection.dispatch(
    {
      path: head.path,
      method: head.method,
      headers: attempt.headers,
      body: body?.stream ?? null,
      upgrade: attempt.upgrade ?? null,
    },
    {
      onRequestStart(controller) {
        control = controller;
        // the table may have changed while this request waited for its connection
        if (upstream.retired) {
          cut('retired');
          return;
        }
        phase = 'sending';
        progressed.onConnected();
        arm(timeouts.idle);
      },
      onRequestSent() {
        if (phase !== 'sending') return;
        phase = 'waiting';
        arm(timeouts.firstByte);
      },
      onResponseStarted() {
        received = true;
      },
      onRequestUpgrade(controller, status, parsed, socket) {
        const answer = readResponseHead(rawHeaders(controller));
        const headers = 'headers' in answer ? answer.headers : [];
        phase = 'settled';
        clearTimeout(timer);
        const protocol = typeof parsed.upgrade === 'string' ? parsed.upgrade : '';
        progressed.onUpgrade({ status, protocol, headers, socket });
      },
      onResponseStart(controller, status, _, message) {
        if (status < 200) return;
        const answer = readResponseHead(rawHeaders(controller));
        if ('restriction' in answer) {
          progressed.onRestriction(answer.restriction);
          cut('H25');
          return;
        }
        answer.headers.push(...progressed.onAnswer(status));
        response.writeHead(status, message, answer.headers);
        phase = 'answering';
        arm(timeouts.idle);
      },
      onResponseData(controller, chunk) {
        touch();
        progressed.onBytes(chunk.length);
        if (response.write(chunk)) return;
        controller.pause();
        if (response.listenerCount('drain') < 1) response.on('drain', resume);
      },
      onResponseEnd(_, trailers) {
        if (Object.keys(trailers).length > 0) response.addTrailers(trailers);
        connection.release();
        settle({ kind: 'answered' });
      },
      onResponseError(_, error) {
        const repeatable = attempt.repeatable && connection.isKept();
        connection.destroy();
        settle(classify(error, { written: phase !== 'unwritten', received, repeatable }));
      },
    },
  );

  return { cut };
}

function rawHeaders(controller: Dispatcher.DispatchController): readonly Buffer[] {
  return Array.isArray(controller.rawHeaders) ? (controller.rawHeaders as Buffer[]) : [];
}
