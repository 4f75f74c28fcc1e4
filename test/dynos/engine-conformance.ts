import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import { suite, test, type TestContext } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { createId, type AppId, type DynoId } from '../../server/domain/ids.ts';
import { PlatformError } from '../../server/domain/errors.ts';
import type {
  DynoOutput,
  DynoSpec,
  Engine,
  EngineDyno,
  EngineEvent,
} from '../../server/dynos/engine.ts';

/** What the suite's dynos do; each engine's tests say by which command. */
export type Program =
  /** Accepts TCP on $PORT and sends back what comes. */
  | { readonly do: 'listenAndEcho' }
  | { readonly do: 'exitWith'; readonly code: number }
  /** Prints "ready" and then lives on whatever SIGTERM says. */
  | { readonly do: 'ignoreSigterm' }
  /** Prints "ready"; at SIGTERM "bye 1" … "bye n", and exits with 0. */
  | { readonly do: 'sayBye'; readonly count: number }
  /** "line 1" … "line n" on stdout, then "done" on stderr, and exits with 0. */
  | { readonly do: 'printLines'; readonly count: number }
  /** Prints the value of an environment variable between < and >, and exits with 0. */
  | { readonly do: 'showVariable'; readonly name: string }
  /** Uses more memory than its size has. */
  | { readonly do: 'exhaustMemory' }
  /** Copies stdin to stdout until its end, and exits with 0. */
  | { readonly do: 'copyStdin' }
  /** Prints "ready" and lives until it is told to stop. */
  | { readonly do: 'wait' };

export interface EngineHarness {
  readonly engine: Engine;
  command(program: Program): string;
  /** The SHA-256 of a slug that the engine has. */
  readonly slug: string;
  /** Of one that it lacks, or that is damaged. */
  readonly badSlug: string;
  /** Removes a dyno without asking the engine. */
  removeBehindItsBack(dyno: DynoId): Promise<void>;
  /** Another engine over the same dynos, as after a restart of the server. */
  reopen(): Promise<Engine>;
  close(): Promise<void>;
}

/** Milliseconds that anything of the suite may take. */
const TIMEOUT = 60_000;

/** What every engine has to do, see the contract in server/dynos/engine.ts. */
export function engineConformance(name: string, create: () => Promise<EngineHarness>): void {
  suite(`engine: ${name}`, { timeout: TIMEOUT * 5 }, () => {
    function check(title: string, body: (bench: Bench) => Promise<void>): void {
      test(title, { timeout: TIMEOUT }, async (context) => {
        const harness = await create();
        const bench = createBench(harness, context);
        try {
          await body(bench);
        } finally {
          await bench.clean();
          await harness.close();
        }
      });
    }

    check('a started dyno is listed with its labels, command and slug', async (bench) => {
      const spec = bench.spec({ do: 'wait' }, { type: 'worker', index: 3, version: 7 });
      const started = await bench.engine.start(spec);
      const listed = await bench.find(spec.dyno);
      for (const dyno of [started, listed]) {
        assert.ok(dyno);
        const { app, release, version, type, index, dyno: id, role, size, command, slug } = dyno;
        assert.deepEqual(
          { app, release, version, type, index, dyno: id, role, size, command, slug },
          withoutEnvironment(spec),
        );
        assert.equal(dyno.exit, null);
        assert.equal(dyno.paused, false);
      }
    });

    check('it says when it was started', async (bench) => {
      const before = Date.now();
      const { dyno } = await bench.start({ do: 'wait' });
      const startedAt = (await bench.find(dyno))?.startedAt.getTime() ?? 0;
      assert.ok(startedAt >= before - 2000 && startedAt <= Date.now() + 2000);
    });

    check('the host reaches a dyno at its endpoint', async (bench) => {
      const { endpoint } = await bench.start({ do: 'listenAndEcho' });
      assert.ok(endpoint);
      assert.equal(await bench.echo(endpoint, 'hello'), 'hello');
    });

    check('two dynos have different endpoints', async (bench) => {
      const one = await bench.start({ do: 'listenAndEcho' });
      const other = await bench.start({ do: 'listenAndEcho' }, { index: 2 });
      assert.notDeepEqual(one.endpoint, other.endpoint);
    });

    check('two dynos of one name live side by side', async (bench) => {
      const one = await bench.start({ do: 'wait' });
      const other = await bench.start({ do: 'wait' });
      const ids = (await bench.list()).map(({ dyno }) => dyno).sort();
      assert.deepEqual(ids, [one.dyno, other.dyno].sort());
    });

    check('PORT tells a dyno where to listen', async (bench) => {
      const dyno = await bench.start({ do: 'showVariable', name: 'PORT' });
      const [line] = await bench.output(dyno.dyno);
      assert.equal(line?.text, `<${String(dyno.endpoint?.port)}>`);
    });

    check('a dyno gets its variables, odd values too', async (bench) => {
      const value = `two  spaces, 'quotes', "double", $HOME $(id) \`id\` \\ back, ünïcödé`;
      const { dyno } = await bench.start(
        { do: 'showVariable', name: 'ODD' },
        { env: { ODD: value } },
      );
      assert.equal((await bench.output(dyno))[0]?.text, `<${value}>`);
    });

    check(
      'a dyno that ends stays listed with its exit code and without an endpoint',
      async (bench) => {
        const { dyno } = await bench.start({ do: 'exitWith', code: 3 });
        const ended = await bench.ended(dyno);
        assert.equal(ended.exit?.code, 3);
        assert.equal(ended.exit.outOfMemory, false);
        assert.equal(ended.endpoint, null);
      },
    );

    check('exit code 0 is an exit like any other', async (bench) => {
      const { dyno } = await bench.start({ do: 'exitWith', code: 0 });
      assert.equal((await bench.ended(dyno)).exit?.code, 0);
    });

    check('a dyno that runs out of memory says so', async (bench) => {
      const { dyno } = await bench.start({ do: 'exhaustMemory' });
      const { exit } = await bench.ended(dyno);
      assert.equal(exit?.code, 137);
      assert.equal(exit.outOfMemory, true);
    });

    check('stop sends SIGTERM, tells the exit and removes the dyno', async (bench) => {
      const { dyno } = await bench.start({ do: 'wait' });
      await bench.line(dyno, 'ready');
      const result = await bench.engine.stop(dyno, 10);
      assert.equal(result?.forced, false);
      assert.equal(result.exit.code, 143);
      assert.equal(await bench.find(dyno), undefined);
    });

    check('stop kills a dyno that ignores SIGTERM, and says that it had to', async (bench) => {
      const { dyno } = await bench.start({ do: 'ignoreSigterm' });
      await bench.line(dyno, 'ready');
      const result = await bench.engine.stop(dyno, 1);
      assert.equal(result?.forced, true);
      assert.equal(result.exit.code, 137);
      assert.equal(await bench.find(dyno), undefined);
    });

    check('stop with no time to lose ends a dyno at once', async (bench) => {
      const { dyno } = await bench.start({ do: 'ignoreSigterm' });
      await bench.line(dyno, 'ready');
      const before = Date.now();
      await bench.engine.stop(dyno, 0);
      assert.ok(Date.now() - before < 9000);
      assert.equal(await bench.find(dyno), undefined);
    });

    check("stop removes an ended dyno's rest and tells how it ended", async (bench) => {
      const { dyno } = await bench.start({ do: 'exitWith', code: 4 });
      await bench.ended(dyno);
      const result = await bench.engine.stop(dyno, 10);
      assert.equal(result?.exit.code, 4);
      assert.equal(result.forced, false);
      assert.equal(await bench.find(dyno), undefined);
    });

    check('stop of an unknown dyno is null', async (bench) => {
      assert.equal(await bench.engine.stop(createId<DynoId>(), 1), null);
    });

    check('stop of a stopped dyno is null', async (bench) => {
      const { dyno } = await bench.start({ do: 'wait' });
      await bench.engine.stop(dyno, 5);
      assert.equal(await bench.engine.stop(dyno, 5), null);
    });

    check(
      'a missing or damaged slug is refused with a sentence, and nothing stays',
      async (bench) => {
        const spec = { ...bench.spec({ do: 'wait' }), slug: bench.badSlug };
        await assert.rejects(bench.engine.start(spec), PlatformError);
        assert.equal(await bench.find(spec.dyno), undefined);
      },
    );

    check(
      'a dyno removed behind its back is no longer listed, and an event tells',
      async (bench) => {
        const { dyno } = await bench.start({ do: 'wait' });
        const told = bench.event(dyno);
        await bench.removeBehindItsBack(dyno);
        await told;
        await bench.until(async () => (await bench.find(dyno)) === undefined);
      },
    );

    check('who lists at each event, and at no other time, sees a dyno end', async (bench) => {
      const spec = bench.spec({ do: 'exitWith', code: 1 });
      const seen = bench.endSeenByEvents(spec.dyno);
      await bench.engine.start(spec);
      assert.equal((await seen)?.app, spec.app);
    });

    check('logs give every line in order, both outputs, to the end', async (bench) => {
      const { dyno } = await bench.start({ do: 'printLines', count: 200 });
      const lines = await bench.output(dyno);
      const stdout = lines.filter(({ stream }) => stream === 'stdout').map(({ text }) => text);
      assert.deepEqual(
        stdout,
        Array.from({ length: 200 }, (_, at) => `line ${String(at + 1)}`),
      );
      const stderr = lines.filter(({ stream }) => stream === 'stderr').map(({ text }) => text);
      assert.deepEqual(stderr, ['done']);
    });

    check('logs go on behind any cursor, without gap and without doubles', async (bench) => {
      const { dyno } = await bench.start({ do: 'printLines', count: 40 });
      const all = await bench.output(dyno);
      for (const at of [0, 17, 39, 40]) {
        const rest = await bench.output(dyno, all[at]?.cursor);
        assert.deepEqual(
          rest.map(({ text }) => text),
          all.slice(at + 1).map(({ text }) => text),
        );
      }
    });

    check('logs of a live dyno wait for more until the signal fires', async (bench) => {
      const { dyno } = await bench.start({ do: 'wait' });
      await bench.line(dyno, 'ready');
      const closing = new AbortController();
      const read = bench.collect(dyno, null, closing.signal);
      const outcome = await Promise.race([read.then(() => 'ended'), setTimeout(300, 'waits')]);
      assert.equal(outcome, 'waits');
      closing.abort();
      assert.deepEqual(
        (await read).map(({ text }) => text),
        ['ready'],
      );
    });

    check('logs end when the dyno is stopped', async (bench) => {
      const { dyno } = await bench.start({ do: 'wait' });
      const read = bench.collect(dyno, null, bench.signal);
      await bench.line(dyno, 'ready');
      await bench.engine.stop(dyno, 5);
      assert.deepEqual(
        (await read).map(({ text }) => text),
        ['ready'],
      );
    });

    check('what a dyno says while it is being stopped reaches who follows it', async (bench) => {
      const { dyno } = await bench.start({ do: 'sayBye', count: 50 });
      await bench.line(dyno, 'ready');
      const read = bench.collect(dyno, null, bench.signal);
      const result = await bench.engine.stop(dyno, 10);
      assert.equal(result?.exit.code, 0);
      assert.deepEqual(
        (await read).filter(({ stream }) => stream === 'stdout').map(({ text }) => text),
        ['ready', ...Array.from({ length: 50 }, (_, at) => `bye ${String(at + 1)}`)],
      );
    });

    check('each engine over the same dynos sees them as they are', async (bench) => {
      const { dyno } = await bench.start({ do: 'wait' }, { type: 'clock', version: 12 });
      const engine = await bench.reopen();
      const adopted = (await engine.list()).find((one) => one.dyno === dyno);
      assert.deepEqual(adopted, await bench.find(dyno));
      assert.equal(adopted?.version, 12);
      assert.equal((await engine.stop(dyno, 5))?.exit.code, 143);
    });

    check(
      'attach gives stdin and stdout from the first byte, and the exact exit',
      async (bench) => {
        const attachment = await bench.engine.attach(
          bench.spec({ do: 'copyStdin' }, { type: 'run', role: 'one-off' }),
        );
        const chunks: Buffer[] = [];
        attachment.stream.on('data', (chunk: Buffer) => chunks.push(chunk));
        attachment.stream.end('one\n');
        const { code } = await attachment.exit;
        assert.equal(code, 0);
        if (!attachment.stream.readableEnded) await once(attachment.stream, 'end');
        assert.equal(Buffer.concat(chunks).toString(), 'one\n');
      },
    );

    check('attach tells an exit code other than 0', async (bench) => {
      const { stream, exit } = await bench.engine.attach(
        bench.spec({ do: 'exitWith', code: 42 }, { type: 'run', role: 'one-off' }),
      );
      stream.resume();
      assert.equal((await exit).code, 42);
    });
  });
}

type Bench = ReturnType<typeof createBench>;

function createBench(harness: EngineHarness, { signal }: TestContext) {
  const { engine } = harness;
  const app = createId<AppId>();
  const specs: DynoSpec[] = [];

  async function list(): Promise<readonly EngineDyno[]> {
    return (await engine.list()).filter((dyno) => dyno.app === app);
  }

  function spec(program: Program, changes: Partial<DynoSpec> = {}): DynoSpec {
    const made: DynoSpec = {
      app,
      release: createId(),
      version: 1,
      type: 'web',
      index: 1,
      dyno: createId(),
      role: 'formation',
      size: 'standard-1x',
      command: harness.command(program),
      slug: harness.slug,
      env: {},
      ...changes,
    };
    specs.push(made);
    return made;
  }

  async function collect(
    dyno: DynoId,
    after: string | null,
    until: AbortSignal,
  ): Promise<readonly DynoOutput[]> {
    const lines: DynoOutput[] = [];
    for await (const line of engine.logs(dyno, after, until)) lines.push(line);
    return lines;
  }

  async function until(condition: () => Promise<boolean>): Promise<void> {
    while (!(await condition())) await setTimeout(20, undefined, { signal });
  }

  return {
    engine,
    signal,
    badSlug: harness.badSlug,
    removeBehindItsBack: (dyno: DynoId) => harness.removeBehindItsBack(dyno),
    reopen: () => harness.reopen(),
    spec,
    list,
    collect,
    until,
    start: (program: Program, changes: Partial<DynoSpec> = {}) =>
      engine.start(spec(program, changes)),
    find: async (dyno: DynoId) => (await list()).find((one) => one.dyno === dyno),
    /** All that a dyno writes until it has ended. */
    output: (dyno: DynoId, after?: string) => collect(dyno, after ?? null, signal),
    async line(dyno: DynoId, text: string): Promise<void> {
      for await (const line of engine.logs(dyno, null, signal)) if (line.text === text) return;
      assert.fail(`the dyno ended without the line "${text}"`);
    },
    async ended(dyno: DynoId): Promise<EngineDyno> {
      for (;;) {
        const found = (await list()).find((one) => one.dyno === dyno);
        assert.ok(found, 'an ended dyno is listed');
        if (found.exit) return found;
        await setTimeout(20, undefined, { signal });
      }
    },
    /** The next event about this dyno; the subscription stands when this returns. */
    async event(dyno: DynoId): Promise<EngineEvent | null> {
      for await (const event of engine.events(signal)) if (event?.dyno === dyno) return event;
      return null;
    },
    /** The dyno as it is listed at the event that tells of its end. */
    async endSeenByEvents(dyno: DynoId): Promise<EngineDyno | undefined> {
      for await (const event of engine.events(signal)) {
        const found = event?.dyno === dyno && (await list()).find((one) => one.dyno === dyno);
        if (found && found.exit) return found;
      }
      return undefined;
    },
    async echo(endpoint: { address: string; port: number }, text: string): Promise<string> {
      for (;;) {
        const socket = connect({ host: endpoint.address, port: endpoint.port });
        socket.on('error', () => undefined);
        const [answer] = (await Promise.race([
          once(socket, 'connect').then(() => {
            socket.write(text);
            return once(socket, 'data');
          }),
          setTimeout(500, []),
        ]).catch(() => [])) as [Buffer?];
        socket.destroy();
        if (answer) return answer.toString();
        await setTimeout(20, undefined, { signal });
      }
    },
    async clean(): Promise<void> {
      await Promise.all(specs.map(({ dyno }) => engine.stop(dyno, 0)));
    },
  };
}

function withoutEnvironment(spec: DynoSpec): Omit<DynoSpec, 'env'> {
  const rest: Partial<DynoSpec> = { ...spec };
  Reflect.deleteProperty(rest, 'env');
  Reflect.deleteProperty(rest, 'tty');
  return rest as Omit<DynoSpec, 'env'>;
}
