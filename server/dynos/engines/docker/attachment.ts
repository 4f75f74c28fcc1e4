import { Duplex } from 'node:stream';
import type { Streams } from '../../../docker/attach.ts';
import type { Docker } from '../../../docker/docker.ts';
import type { Attachment, DynoExit } from '../../engine.ts';

/** A started container with its streams, as who asked for it sees it. */
export function toAttachment(
  docker: Docker,
  container: string,
  { stdin, stdout, stderr }: Streams,
): Attachment {
  return {
    stream: asDuplex(stdin, stdout),
    stderr,
    resize: (size) => docker.containers.resize(container, size),
    async signal(name) {
      await docker.containers.kill(container, name);
    },
    exit: docker.containers.wait(container).then((exit) => exit ?? lostExit()),
  };
}

/** With a terminal, both ways are one connection. */
function asDuplex(stdin: Streams['stdin'], stdout: Streams['stdout']): Duplex {
  if (stdout instanceof Duplex && (stdin as unknown) === stdout) return stdout;
  if (stdin === null) return Duplex.from(stdout);
  return Duplex.from({ writable: stdin, readable: stdout });
}

const SIGKILLED = 137;

/** How a dyno ended whose container somebody else removed: nobody can say more. */
export function lostExit(): DynoExit {
  return { code: SIGKILLED, outOfMemory: false, at: new Date() };
}
