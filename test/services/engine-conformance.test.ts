import { after } from 'node:test';
import { containerName } from '../../server/dynos/engines/docker/dyno-container.ts';
import { engineConformance, type Program } from '../dynos/engine-conformance.ts';
import { engineFixture } from '../support/docker-engine.ts';

const ECHO = `use IO::Socket::INET;
my $server = IO::Socket::INET->new(LocalPort => $ENV{PORT}, Listen => 16) or die;
while (my $client = $server->accept) {
  syswrite($client, $_) while sysread($client, $_, 4096);
}`;

function command(program: Program): string {
  switch (program.do) {
    case 'listenAndEcho':
      return 'exec perl echo.pl';
    case 'exitWith':
      return `exit ${String(program.code)}`;
    case 'ignoreSigterm':
      return 'trap "" TERM; echo ready; while :; do sleep 1; done';
    case 'sayBye':
      return `trap 'for i in {1..${String(program.count)}}; do echo bye $i; done; exit 0' TERM; echo ready; while :; do sleep 1; done`;
    case 'printLines':
      return `for i in {1..${String(program.count)}}; do echo line $i; done; echo done >&2`;
    case 'showVariable':
      return `echo "<$${program.name}>"`;
    case 'exhaustMemory':
      return "perl -e '$x = 1 x (1 << 30)'";
    case 'copyStdin':
      return 'cat';
    case 'wait':
      return 'echo ready; sleep 1000';
  }
}

const fixture = await engineFixture();
after(() => fixture.close());
const slug = fixture.slugs.add({ 'echo.pl': ECHO });

engineConformance('docker', () =>
  Promise.resolve({
    engine: fixture.engine,
    command,
    slug,
    badSlug: 'b'.repeat(64),
    async removeBehindItsBack(dyno) {
      await fixture.docker.containers.remove(containerName(dyno));
    },
    reopen: () => Promise.resolve(fixture.reopen()),
    close: () => Promise.resolve(),
  }),
);
