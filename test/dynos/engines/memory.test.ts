import { createMemoryEngine } from '../../../server/dynos/engines/memory.ts';
import { engineConformance, type Program } from '../engine-conformance.ts';

function command(program: Program): string {
  switch (program.do) {
    case 'listenAndEcho':
      return 'listen';
    case 'exitWith':
      return `exit ${String(program.code)}`;
    case 'ignoreSigterm':
      return 'ignore SIGTERM; print ready; wait';
    case 'sayBye':
      return [...byes(program.count), 'print ready', 'wait'].join('; ');
    case 'printLines':
      return [...lines(program.count), 'warn done'].join('; ');
    case 'showVariable':
      return `show ${program.name}`;
    case 'exhaustMemory':
      return 'exhaust memory';
    case 'copyStdin':
      return 'cat';
    case 'wait':
      return 'print ready; wait';
  }
}

function byes(count: number): readonly string[] {
  return Array.from({ length: count }, (_, at) => `farewell bye ${String(at + 1)}`);
}

function lines(count: number): readonly string[] {
  return Array.from({ length: count }, (_, at) => `print line ${String(at + 1)}`);
}

engineConformance('memory', () => {
  const good = 'a'.repeat(64);
  const engine = createMemoryEngine({ now: () => new Date(), hasSlug: (sha) => sha === good });
  return Promise.resolve({
    engine,
    command,
    slug: good,
    badSlug: 'b'.repeat(64),
    removeBehindItsBack(dyno) {
      engine.remove(dyno);
      return Promise.resolve();
    },
    reopen: () => Promise.resolve(engine),
    close: () => Promise.resolve(),
  });
});
