// A server's builds as a process that a test can kill in the middle of one:
// `queue-worker.ts <redis socket> <prefix> <app>` asks for the app, prints its id once it runs, and never ends.
import { createBuildQueue } from '../../server/build/queue.ts';
import type { AppId } from '../../server/domain/ids.ts';

const [, , redis = '', prefix = '', wanted = ''] = process.argv;
const queue = createBuildQueue({
  redis,
  prefix,
  atOnce: 1,
  warn: (message) => {
    console.error(message);
  },
  async run(app) {
    console.log(app);
    await new Promise(() => undefined);
  },
});
await queue.enqueue(wanted as AppId);
