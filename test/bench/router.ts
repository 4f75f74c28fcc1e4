/**
 * What a request costs in the router, next to nginx where it is installed (Debian: nginx-light).
 * Prints CPU per request of the proxy's own processes, and latency at a light, fixed rate. Compare
 * figures of one run only: node test/bench/router.ts
 */
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { connect, type AddressInfo, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { createPublisher } from '../../server/routes/publisher.ts';

const CONNECTIONS = 32;
const REQUESTS = 12_000;
const LIGHT_RATE = 200;
const LIGHT_REQUESTS = 600;
const TICKS_PER_SECOND = 100;
const SIZES = [
  ['200 B', '/small'],
  ['64 kB', '/large'],
] as const;

interface Contender {
  readonly name: string;
  readonly port: number;
  readonly child: ChildProcess;
}

await using stack = new AsyncDisposableStack();
const home = mkdtempSync(join(tmpdir(), 'monoku-bench-'));
stack.defer(() => {
  rmSync(home, { recursive: true });
});
const dynoPort = await startDyno();
const contenders = [await startRouter(), await startNginx()].filter((c) => c !== undefined);

for (const [size, path] of SIZES) {
  let nginx: number | undefined;
  for (const contender of [...contenders].reverse()) {
    await flood(contender.port, path, 2_000);
    const before = cpuSeconds(contender.child);
    await flood(contender.port, path, REQUESTS);
    const micros = ((cpuSeconds(contender.child) - before) / REQUESTS) * 1e6;
    if (contender.name === 'nginx') nginx = micros;
    const ratio = nginx === undefined ? '' : ` = ${(micros / nginx).toFixed(1)} × nginx`;
    console.log(`${contender.name}, ${size}: ${micros.toFixed(1)} µs of CPU a request${ratio}`);
  }
}
for (const contender of contenders) {
  const times = await trickle(contender.port, '/small');
  const at = (share: number): string => (times[Math.floor(times.length * share)] ?? NaN).toFixed(2);
  console.log(`${contender.name}, ${LIGHT_RATE}/s: p50 ${at(0.5)} ms, p99 ${at(0.99)} ms`);
}

async function startDyno(): Promise<number> {
  const bodies = { '/small': Buffer.alloc(200, 'x'), '/large': Buffer.alloc(65_536, 'x') };
  const server = createServer((request, response) => {
    const body = request.url === '/large' ? bodies['/large'] : bodies['/small'];
    response.writeHead(200, { 'Content-Type': 'text/plain', 'Content-Length': body.length });
    response.end(body);
  });
  server.keepAliveTimeout = 60_000;
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  stack.defer(() => {
    server.close();
    server.closeAllConnections();
  });
  return (server.address() as AddressInfo).port;
}

async function startRouter(): Promise<Contender> {
  mkdirSync(join(home, 'run'));
  const publisher = await createPublisher({
    socketPath: join(home, 'run', 'router'),
    onAccess: () => undefined,
    warn: console.log,
  });
  stack.defer(() => publisher.close());
  const main = join(import.meta.dirname, '../../router/main.ts');
  const child = spawn(process.execPath, [main], {
    env: { MONOKU_HOME: home, MONOKU_HTTP_PORT: '0', MONOKU_HTTP_BIND: '127.0.0.1' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  stack.defer(() => void child.kill('SIGKILL'));
  let port = 0;
  for await (const line of createInterface({ input: child.stdout })) {
    const entry = JSON.parse(line) as { msg: string; port: number };
    if (entry.msg !== 'ready') continue;
    ({ port } = entry);
    break;
  }
  const dyno = { id: 'dyno', name: 'web.1', address: '127.0.0.1', port: dynoPort };
  await publisher.publish({
    number: 1,
    epoch: 'bench',
    boot: readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim(),
    hosts: { 'app.test': 'app' },
    apps: { app: { name: 'app', state: 'serving', dynos: [dyno] } },
  });
  return { name: 'router', port, child };
}

async function startNginx(): Promise<Contender | undefined> {
  if (spawnSync('nginx', ['-v']).error) {
    console.log('nginx is not installed (apt-get install nginx-light): no comparison.');
    return undefined;
  }
  const port = await freePort();
  const file = join(home, 'nginx.conf');
  writeFileSync(file, nginxSettings(port));
  const child = spawn('nginx', ['-p', home, '-c', file, '-g', 'daemon off;'], { stdio: 'inherit' });
  stack.defer(() => void child.kill('SIGTERM'));
  while (child.exitCode === null) {
    if (await answers(port)) return { name: 'nginx', port, child };
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  console.log('nginx did not start: no comparison.');
  return undefined;
}

function nginxSettings(port: number): string {
  return `worker_processes 1; pid ${home}/nginx.pid; error_log ${home}/error.log;
events { worker_connections 1024; }
http {
  access_log ${home}/access.log;
  upstream dyno { server 127.0.0.1:${dynoPort}; keepalive 64; }
  server {
    listen 127.0.0.1:${port};
    location / {
      proxy_pass http://dyno; proxy_http_version 1.1;
      proxy_set_header Connection ""; proxy_set_header Host $host;
      proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
    }
  }
}`;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  return port;
}

async function answers(port: number): Promise<boolean> {
  try {
    const socket = connect(port, '127.0.0.1');
    await once(socket, 'connect');
    socket.destroy();
    return true;
  } catch {
    return false;
  }
}

/** User and system time of a process and its children. */
function cpuSeconds(child: ChildProcess): number {
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  const ticks = pids.flatMap((pid) => {
    const stat = readStat(pid);
    const own = pid === String(child.pid) || stat[1] === String(child.pid);
    return own ? [Number(stat[11]) + Number(stat[12])] : [];
  });
  return ticks.reduce((sum, one) => sum + one, 0) / TICKS_PER_SECOND;
}

/** Fields of /proc/pid/stat behind the name: state, parent, … */
function readStat(pid: string): string[] {
  try {
    return readFileSync(`/proc/${pid}/stat`, 'utf8')
      .replace(/^.*\) /, '')
      .split(' ');
  } catch {
    return [];
  }
}

/** As many requests as go through some connections, each one after the other. */
async function flood(port: number, path: string, requests: number): Promise<void> {
  const each = Math.ceil(requests / CONNECTIONS);
  await Promise.all(
    Array.from({ length: CONNECTIONS }, async () => {
      const client = await open(port);
      for (let i = 0; i < each; i += 1) await client.ask(path);
      client.socket.destroy();
    }),
  );
}

/** Latencies in milliseconds, sorted. */
async function trickle(port: number, path: string): Promise<number[]> {
  const client = await open(port);
  const times: number[] = [];
  for (let i = 0; i < LIGHT_REQUESTS; i += 1) {
    const before = performance.now();
    await client.ask(path);
    const took = performance.now() - before;
    times.push(took);
    await new Promise((resolve) => setTimeout(resolve, Math.max(0, 1_000 / LIGHT_RATE - took)));
  }
  client.socket.destroy();
  return times.sort((a, b) => a - b);
}

interface Client {
  readonly socket: Socket;
  /** Resolves at the last byte of the answer, whose length its headers tell. */
  ask(path: string): Promise<void>;
}

async function open(port: number): Promise<Client> {
  const socket = connect({ port, host: '127.0.0.1', noDelay: true });
  await once(socket, 'connect');
  let missing = -1;
  let done = (): void => undefined;
  socket.on('data', (chunk: Buffer) => {
    if (missing < 0) {
      const end = chunk.indexOf('\r\n\r\n') + 4;
      const length = /content-length: (\d+)/i.exec(chunk.toString('latin1', 0, end))?.[1];
      missing = Number(length) - (chunk.length - end);
    } else missing -= chunk.length;
    if (missing === 0) done();
  });
  return {
    socket,
    ask: (path) =>
      new Promise((resolve) => {
        missing = -1;
        done = resolve;
        socket.write(
          `GET ${path} HTTP/1.1\r\nHost: app.test\r\nUser-Agent: bench\r\nAccept: */*\r\n\r\n`,
        );
      }),
  };
}
