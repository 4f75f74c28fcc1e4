import { createConnection, type Socket } from 'node:net';
import {
  createLineReader,
  encodeMessage,
  type AccessLine,
  type Downward,
  type RouteTable,
} from './contract.ts';
import type { Log } from './log.ts';

/** Milliseconds between attempts to reach the server. */
const FIRST_PAUSE = 50;
const LONGEST_PAUSE = 1_000;
/** Access lines kept while the server is away or slow; the oldest go first. */
const LINES_KEPT = 10_000;
/** Milliseconds that lines are gathered for before they are written together. */
const GATHERING = 20;

export interface LinkOptions {
  readonly socketPath: string;
  /** Puts a table in force; `applied` is answered when it resolves. */
  readonly apply: (table: RouteTable) => Promise<void>;
  readonly log: Log;
}

/** The router's end of the line to the server: dials for ever. */
export interface Link {
  report(line: AccessLine): void;
  /** Writes what is still kept, if the server is there, and hangs up. */
  close(): Promise<void>;
}

export function createLink({ socketPath, apply, log }: LinkOptions): Link {
  const lines: AccessLine[] = [];
  let socket: Socket | undefined;
  let pause = FIRST_PAUSE;
  let closed = false;
  let redial: NodeJS.Timeout | undefined;
  let gathering: NodeJS.Timeout | undefined;

  function dial(): void {
    const dialled = createConnection(socketPath);
    dialled.on('connect', () => {
      pause = FIRST_PAUSE;
      socket = dialled;
      log.info({}, 'connected to the server');
      flush();
    });
    dialled.on('drain', flush);
    dialled.on('error', () => undefined);
    dialled.on('close', () => {
      if (socket === dialled) log.warn({}, 'lost the server; serving on with the last table');
      socket = undefined;
      if (closed) return;
      redial = setTimeout(dial, pause);
      pause = Math.min(pause * 2, LONGEST_PAUSE);
    });
    const read = createLineReader((line) => {
      void receive(dialled, line);
    });
    dialled.setEncoding('utf8').on('data', read);
  }

  async function receive(from: Socket, line: string): Promise<void> {
    try {
      const { table } = JSON.parse(line) as Downward;
      await apply(table);
      const { number, epoch } = table;
      if (from.writable) from.write(encodeMessage({ applied: number, epoch }));
    } catch (error) {
      log.error({ err: error }, 'could not apply a route table');
    }
  }

  function flush(): void {
    gathering = undefined;
    if (!socket || socket.writableNeedDrain || lines.length === 0) return;
    const text = lines.splice(0).map((access) => encodeMessage({ access }));
    socket.write(text.join(''));
  }

  dial();
  return {
    report(line) {
      if (lines.push(line) > LINES_KEPT) lines.shift();
      gathering ??= setTimeout(flush, GATHERING);
    },
    async close() {
      closed = true;
      clearTimeout(redial);
      clearTimeout(gathering);
      flush();
      const last = socket;
      if (!last) return;
      await new Promise<void>((resolve) => {
        last.on('close', resolve).end();
        setTimeout(() => last.destroy(), 1_000).unref();
      });
    },
  };
}
