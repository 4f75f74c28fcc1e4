/**
 * How long a push takes from `git push` to the first correct answer, when only a text has changed, and how much of
 * that is ours: the total minus the time inside the buildpack and the app's own boot.
 *
 *   sudo node test/bench/push.ts [pushes]
 */
import { spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { eventually, freshName, startAppliance, type Appliance } from '../support/appliance.ts';
import { workingCopy, type WorkingCopy } from '../support/working-copy.ts';

/** Milliseconds. */
interface Figures {
  readonly total: number;
  readonly buildpack: number;
  readonly boot: number;
  readonly overhead: number;
}

const PUSHES = Number(process.argv[2] ?? 10);
const DETECTED = /Node\.js app detected/;
const COMPILED = /Discovering process types/;

const PACKAGE = {
  name: 'bench',
  private: true,
  engines: { node: '24.x' },
  dependencies: { ms: '2.1.3' },
};

const LOCK = {
  name: 'bench',
  lockfileVersion: 3,
  requires: true,
  packages: {
    '': { name: 'bench', dependencies: PACKAGE.dependencies, engines: PACKAGE.engines },
    'node_modules/ms': {
      version: '2.1.3',
      integrity:
        'sha512-6FlzubTLZG3J2a/NVCAleEhjzq5oxgHyaCU9yYXvcLsvoVaHJq/s5xXI6/XXP6tz7R9xAOtHnSO/tXtF3WRTlA==',
    },
  },
};

const server = (text: string): string => `
const ms = require('ms');
require('node:http').createServer((request, response) => {
  response.end(request.url === '/boot' ? String(booted) : ${JSON.stringify(text)} + ms(60000));
}).listen(process.env.PORT, () => { booted = process.uptime() * 1000; });
let booted = 0;
`;

const monoku = await startAppliance();
const copy = await workingCopy();
try {
  await measure(monoku, copy);
} finally {
  await copy.remove();
  await monoku.destroy();
}

async function measure(monoku: Appliance, copy: WorkingCopy): Promise<void> {
  const app = freshName('bench');
  await monoku.mustMonoku('apps:create', app);
  await copy.git('remote', 'add', 'heroku', monoku.remote(app));
  await copy.write('package.json', JSON.stringify(PACKAGE));
  await copy.write('package-lock.json', JSON.stringify(LOCK));
  await copy.write('Procfile', 'web: node server.js\n');
  const figures: Figures[] = [];
  for (let n = 0; n <= PUSHES; n += 1) {
    await copy.write('server.js', server(`push ${n} `));
    await copy.commit(`push ${n}`);
    const one = await timePush(monoku, copy, { app, text: `push ${n} 1m` });
    if (n === 0) print('first', one);
    else figures.push(one);
  }
  for (const [n, one] of figures.entries()) print(String(n + 1), one);
  print('median', medians(figures));
  await printMemory(monoku);
}

async function timePush(
  monoku: Appliance,
  copy: WorkingCopy,
  wanted: { app: string; text: string },
): Promise<Figures> {
  const from = performance.now();
  const marks = new Map<RegExp, number>();
  const git = spawn('git', ['push', 'heroku', 'master'], {
    cwd: copy.dir,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const said: string[] = [];
  const reading = (async () => {
    for await (const line of createInterface({ input: git.stderr })) {
      said.push(line);
      for (const mark of [DETECTED, COMPILED])
        if (mark.test(line)) marks.set(mark, performance.now());
    }
  })();
  await eventually(
    'the new page',
    async () => {
      if (git.exitCode !== null && git.exitCode !== 0) throw new Error(said.join('\n'));
      return (await monoku.get(wanted.app).catch(() => null))?.body === wanted.text;
    },
    300,
  );
  const total = performance.now() - from;
  await reading;
  const boot = Number((await monoku.get(wanted.app, '/boot')).body);
  const buildpack = (marks.get(COMPILED) ?? NaN) - (marks.get(DETECTED) ?? NaN);
  return { total, buildpack, boot, overhead: total - buildpack - boot };
}

function medians(all: readonly Figures[]): Figures {
  const median = (pick: (one: Figures) => number): number =>
    all.map(pick).sort((a, b) => a - b)[Math.floor(all.length / 2)] ?? NaN;
  return {
    total: median((one) => one.total),
    buildpack: median((one) => one.buildpack),
    boot: median((one) => one.boot),
    overhead: median((one) => one.overhead),
  };
}

function print(name: string, figures: Figures): void {
  const cells = Object.entries(figures).map(
    ([what, ms]) => `${what} ${(Number(ms) / 1000).toFixed(2)} s`,
  );
  console.log(`${name.padEnd(7)} ${cells.join('   ')}`);
}

/** Memory of the platform's own processes; `shared` counts a page that several of them map once among them (PSS). */
async function printMemory(monoku: Appliance): Promise<void> {
  const sums = { resident: 0, shared: 0 };
  for (const name of ['server', 'router', 'redis'] as const) {
    const rollup = await readFile(`/proc/${await monoku.pid(name)}/smaps_rollup`, 'utf8');
    const megabytes = (field: string): number =>
      Number(new RegExp(`^${field}:\\s+(\\d+)`, 'm').exec(rollup)?.[1]) / 1024;
    const [resident, shared] = [megabytes('Rss'), megabytes('Pss')];
    sums.resident += resident;
    sums.shared += shared;
    console.log(
      `${name.padEnd(7)} resident ${resident.toFixed(0)} MB   shared ${shared.toFixed(0)} MB`,
    );
  }
  console.log(
    `memory  resident ${sums.resident.toFixed(0)} MB   shared ${sums.shared.toFixed(0)} MB`,
  );
}
