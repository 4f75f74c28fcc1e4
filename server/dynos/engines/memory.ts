import { randomInt } from 'node:crypto';
import { Duplex, PassThrough } from 'node:stream';
import { PlatformError } from '../../domain/errors.ts';
import type { DynoId } from '../../domain/ids.ts';
import { createBell, type Bell } from '../bell.ts';
import type { DynoExit, DynoOutput, DynoSpec, Engine, EngineDyno, EngineEvent } from '../engine.ts';
import { startProcess, type PretendedProcess } from './memory-process.ts';

/** An engine without containers, for tests: pretended processes, real listeners on loopback addresses. */
export interface MemoryEngine extends Engine {
  /** Ends a process by a foreign hand. */
  kill(dyno: DynoId, code: number): void;
  /** Removes a dyno behind everybody's back. */
  remove(dyno: DynoId): void;
  /** The engine loses sight of its events for a moment. */
  loseEvents(): void;
}

export interface MemoryEngineSetup {
  readonly now: () => Date;
  readonly hasSlug: (sha256: string) => boolean;
}

interface Cell {
  readonly spec: DynoSpec;
  readonly process: PretendedProcess;
  readonly startedAt: Date;
  readonly endpoint: NonNullable<EngineDyno['endpoint']>;
  readonly output: DynoOutput[];
  readonly changed: Bell;
  exit: DynoExit | null;
}

export function createMemoryEngine(setup: MemoryEngineSetup): MemoryEngine {
  const cells = new Map<DynoId, Cell>();
  const news: (EngineEvent | null)[] = [];
  const published = createBell();

  function publish(event: EngineEvent | null): void {
    news.push(event);
    published.ring();
  }

  function launch(spec: DynoSpec, streams: Streams | null): Cell {
    if (!setup.hasSlug(spec.slug)) throw badSlug(spec.slug);
    if (cells.has(spec.dyno)) throw new Error(`dyno ${spec.dyno} exists`);
    const cell = createCell(spec, { now: setup.now, streams }, () => {
      publish({ dyno: spec.dyno, app: spec.app });
    });
    cells.set(spec.dyno, cell);
    publish({ dyno: spec.dyno, app: spec.app });
    return cell;
  }

  function remove(dyno: DynoId): void {
    const cell = cells.get(dyno);
    cells.delete(dyno);
    cell?.process.end(137);
  }

  return {
    kill: (dyno, code) => cells.get(dyno)?.process.end(code),
    remove,
    loseEvents() {
      publish(null);
    },
    list: () => Promise.resolve([...cells.values()].map(describe)),
    start: async (spec) => Promise.resolve(describe(launch(spec, null))),
    async attach(spec) {
      const streams: Streams = { stdin: new PassThrough(), stdout: new PassThrough() };
      const cell = launch(spec, streams);
      return Promise.resolve({
        stream: Duplex.from({ readable: streams.stdout, writable: streams.stdin }),
        stderr: spec.tty ? null : new PassThrough().end(),
        resize: () => Promise.resolve(),
        signal(name) {
          cell.process.signal(name);
          return Promise.resolve();
        },
        exit: exitOf(cell),
      });
    },
    async stop(dyno, timeout) {
      const cell = cells.get(dyno);
      if (!cell) return null;
      const forced = await endGently(cell, timeout);
      const exit = await exitOf(cell);
      cells.delete(dyno);
      return { exit, forced };
    },
    logs(dyno, after, signal) {
      const cell = cells.get(dyno);
      return cell ? follow(cell, after, signal) : nothing();
    },
    async *events(signal) {
      let at = news.length;
      while (!signal.aborted) {
        const event = news[at];
        if (event === undefined) await published.heard(signal);
        else {
          at += 1;
          yield event;
        }
      }
    },
  };
}

interface Streams {
  readonly stdin: PassThrough;
  readonly stdout: PassThrough;
}

function createCell(
  spec: DynoSpec,
  { now, streams }: { readonly now: () => Date; readonly streams: Streams | null },
  ended: () => void,
): Cell {
  const output: DynoOutput[] = [];
  const changed = createBell();
  const endpoint = freeEndpoint();
  const process = startProcess(spec.command, {
    endpoint,
    env: { ...spec.env, PORT: String(endpoint.port) },
    stdin: streams?.stdin ?? null,
    print(stream, text) {
      if (streams) streams.stdout.write(`${text}\n`);
      else output.push({ stream, time: now(), text, cursor: String(output.length + 1) });
      changed.ring();
    },
    ended(code, { outOfMemory }) {
      cell.exit = { code, outOfMemory, at: now() };
      streams?.stdout.end();
      changed.ring();
      ended();
    },
  });
  const cell: Cell = { spec, process, startedAt: now(), endpoint, output, changed, exit: null };
  return cell;
}

/** An address of its own for every dyno, so that nobody else ever answers there. */
function freeEndpoint(): Cell['endpoint'] {
  const part = (): string => String(randomInt(1, 255));
  return { address: `127.${part()}.${part()}.${part()}`, port: randomInt(10_000, 60_000) };
}

function describe({ spec, startedAt, endpoint, exit }: Cell): EngineDyno {
  const { app, release, version, type, index, dyno, role, size, command, slug } = spec;
  const labels = { app, release, version, type, index, dyno, role, size };
  const place = { endpoint: exit ? null : endpoint, paused: false };
  return { ...labels, ...place, command, slug, startedAt, exit };
}

async function endGently(cell: Cell, timeout: number): Promise<boolean> {
  if (cell.exit) return false;
  cell.process.signal('SIGTERM');
  const patience = new AbortController();
  const timer = setTimeout(() => {
    patience.abort();
  }, timeout * 1000);
  await exitOf(cell, patience.signal);
  clearTimeout(timer);
  if (patience.signal.aborted) cell.process.signal('SIGKILL');
  return patience.signal.aborted;
}

async function exitOf(cell: Cell, signal?: AbortSignal): Promise<DynoExit> {
  while (!cell.exit && !signal?.aborted) await cell.changed.heard(signal);
  return cell.exit ?? { code: 137, outOfMemory: false, at: new Date(0) };
}

async function* follow(
  cell: Cell,
  after: string | null,
  signal: AbortSignal,
): AsyncGenerator<DynoOutput> {
  let at = Number(after ?? 0);
  while (!signal.aborted) {
    const line = cell.output[at];
    at += 1;
    if (line) yield line;
    else if (cell.exit) return;
    else {
      at -= 1;
      await cell.changed.heard(signal);
    }
  }
}

async function* nothing(): AsyncGenerator<DynoOutput> {
  // a dyno that does not exist has written nothing
}

function badSlug(slug: string): PlatformError {
  return new PlatformError('invalid_params', `The slug ${slug} is missing or damaged (R17).`);
}
