import assert from 'node:assert/strict';
import { randomInt } from 'node:crypto';
import { test } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { systemClock } from '../../server/dynos/clock.ts';
import { slotsOf } from '../../server/dynos/wanted.ts';
import { createWorld, TIMING, type World } from './world.ts';

const ROUNDS = 15;
const SEEDS = 4;

const COMMANDS = {
  web: ['listen', 'listen', 'sleep 5; listen', 'exit 1', 'sleep 3; exit 0'],
  worker: ['wait', 'wait', 'wait', 'exit 2', 'sleep 2; exit 0'],
} as const;

for (const seed of Array.from({ length: SEEDS }, () => randomInt(2 ** 31))) {
  test(
    `after any story the world is as wished (seed ${String(seed)})`,
    { timeout: 60_000 },
    async () => {
      const pick = createPick(seed);
      const world = createWorld({
        clock: { ...systemClock, advance: () => undefined },
        overrides: { timing: { ...TIMING, settleSeconds: 0.02, crashDelays: [0] } },
      });
      await world.reconciler.start();
      world.scale({ web: 1, worker: 1 });
      const told: string[] = [];
      for (let round = 0; round < ROUNDS; round += 1) {
        for (let step = pick(4); step >= 0; step -= 1) told.push(await happen(world, pick));
        await world.idle();
        await assertAsWished(world, told);
      }
      await world.close();
    },
  );
}

type Pick = (below: number) => number;

async function happen(world: World, pick: Pick): Promise<string> {
  for (let turns = pick(6); turns > 0; turns -= 1) await setImmediate();
  switch (pick(7)) {
    case 0: {
      // a type at zero would let a release succeed that can't run it
      const quantities = { web: 1 + pick(3), worker: 1 + pick(2) };
      world.scale(quantities);
      return `scale ${JSON.stringify(quantities)}`;
    }
    case 1:
    case 2: {
      const types = {
        web: COMMANDS.web[pick(5)] ?? 'listen',
        worker: COMMANDS.worker[pick(5)] ?? 'wait',
      };
      world.deploy(types);
      return `deploy ${JSON.stringify(types)}`;
    }
    case 3:
      return hit(world, pick, 'kill');
    case 4:
      return hit(world, pick, 'remove');
    case 5:
      await world.restartServer();
      return 'restart the server';
    default:
      await world.reconciler.restart(world.app.id);
      return 'restart all dynos';
  }
}

async function hit(world: World, pick: Pick, how: 'kill' | 'remove'): Promise<string> {
  const running = await world.running();
  const dyno = running[pick(Math.max(1, running.length))];
  if (!dyno) return 'nothing to hit';
  if (how === 'kill') world.engine.kill(dyno.dyno, 137);
  else world.engine.remove(dyno.dyno);
  return `${how} ${dyno.type}.${String(dyno.index)}@v${String(dyno.version)}`;
}

async function assertAsWished(world: World, told: readonly string[]): Promise<void> {
  const story = `${told.join('\n')}\n---\n${world.story.join('\n')}`;
  const { current, formation } = world.wish ?? { current: null, formation: {} };
  const wished = current
    ? slotsOf(current, formation).map(
        ({ type, index }) => `${type}.${String(index)}@v${String(current.release.version)}`,
      )
    : [];
  assert.deepEqual(await world.names(), wished.sort(), story);
  const web = wished.filter((name) => name.startsWith('web.'));
  assert.deepEqual(world.routed().sort(), web, story);
  assert.deepEqual(world.warnings, [], story);
}

/** mulberry32: small, and the same for the same seed everywhere. */
function createPick(seed: number): Pick {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}
