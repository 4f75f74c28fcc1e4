/**
 * How long a dyno takes to start, against the same image started bare in the same network: `node test/bench/dyno-start.ts [rounds]`
 * (root, a running Docker Engine). Aim: at most 1.3 times as long at the median.
 */
import { randomUUID } from 'node:crypto';
import { performance } from 'node:perf_hooks';
import { createId } from '../../server/domain/ids.ts';
import { engineFixture, type EngineFixture } from '../support/docker-engine.ts';
import { dynoBench } from '../support/dynos.ts';

const ROUNDS = Number(process.argv[2] ?? 20);

/** Milliseconds from the order to the running process; both are removed outside the measure. */
async function ours(fixture: EngineFixture, slug: string): Promise<number> {
  const spec = dynoBench(fixture.engine, slug).spec('exec sleep 100', { dyno: createId() });
  const begin = performance.now();
  await fixture.engine.start(spec);
  const took = performance.now() - begin;
  await fixture.engine.stop(spec.dyno, 0);
  return took;
}

async function bare({ docker, options, engine }: EngineFixture): Promise<number> {
  const network = await engine.network();
  const begin = performance.now();
  const id = await docker.containers.create({
    name: `monoku-bench-${randomUUID()}`,
    image: options.image,
    labels: {},
    command: ['sleep', '100'],
    user: '25000:25000',
    network,
    limits: { memory: 512, pids: 256 },
    log: 'local',
  });
  await docker.containers.start(id);
  const took = performance.now() - begin;
  await docker.containers.remove(id);
  return took;
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN;
}

function print(name: string, values: readonly number[]): void {
  const sorted = values.toSorted((a, b) => a - b);
  const ninth = sorted[Math.floor(sorted.length * 0.9)] ?? NaN;
  console.log(`${name}: median ${median(values).toFixed(0)} ms, p90 ${ninth.toFixed(0)} ms`);
}

const fixture = await engineFixture();
try {
  const slug = fixture.slugs.add({ a: '1' });
  await ours(fixture, slug);
  await bare(fixture);
  const [own, plain]: [number[], number[]] = [[], []];
  for (let round = 0; round < ROUNDS; round += 1) {
    own.push(await ours(fixture, slug));
    plain.push(await bare(fixture));
  }
  print('a dyno', own);
  print('a bare container', plain);
  console.log(`ratio: ${(median(own) / median(plain)).toFixed(2)}`);
} finally {
  await fixture.close();
}
