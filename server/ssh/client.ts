import { connect } from 'node:net';
import { createFrameReader, encodeFrame, type Frame, type Hello } from './frames.ts';

/**
 * The command line's end of the socket: `node client.ts SOCKET WORD…`. Relays streams, ends with the
 * command's exit code.
 */
const [path = '', ...words] = process.argv.slice(2);
const { stdin, stdout, stderr } = process;

const FAULTS: Readonly<Record<string, string>> = {
  ENOENT: 'Monoku is not running here. Start it with: sudo scripts/up',
  ECONNREFUSED: 'Monoku is not running here. Start it with: sudo scripts/up',
  EACCES: 'Only root may command Monoku on its own machine. Use: sudo scripts/monoku',
};

const socket = connect(path);
const read = createFrameReader();
let exitCode: number | undefined;

const hello: Hello = {
  words,
  terminal: stdout.isTTY ? { columns: stdout.columns, rows: stdout.rows } : null,
};

function take({ type, payload }: Frame): void {
  if (type === 'x') exitCode = (JSON.parse(payload.toString()) as { code: number }).code;
  else if (!(type === 'r' ? stderr : stdout).write(payload)) {
    socket.pause();
    (type === 'r' ? stderr : stdout).once('drain', () => socket.resume());
  }
}

socket.on('connect', () => {
  socket.write(encodeFrame('h', JSON.stringify(hello)));
  stdin.on('data', (chunk: Buffer) => {
    if (socket.write(encodeFrame('i', chunk))) return;
    stdin.pause();
    socket.once('drain', () => stdin.resume());
  });
  stdin.on('end', () => socket.write(encodeFrame('e')));
});
socket.on('data', (chunk: Buffer) => {
  for (const frame of read(chunk)) take(frame);
});
socket.on('error', (error: NodeJS.ErrnoException) => {
  // what is typed after the command's end reaches nobody, and that is no failure
  if (exitCode !== undefined) return;
  stderr.write(
    ` ▸    ${FAULTS[error.code ?? ''] ?? `The connection to Monoku failed: ${error.message}`}\n`,
  );
  exitCode = 75;
});
socket.on('close', () => {
  if (exitCode === undefined)
    stderr.write(' ▸    Monoku went away before the command had ended.\n');
  process.exitCode = exitCode ?? 75;
  stdin.destroy();
});
// whoever reads our output may stop at any time: `monoku logs | head`
stdout.on('error', () => process.exit(0));
