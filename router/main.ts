import { readFileSync } from 'node:fs';
import { pino } from 'pino';
import { readConfig } from './config.ts';
import { createRouter } from './router.ts';

const log = pino({ name: 'router' });

// crash only: what is kept is on disk, and a fresh start takes a moment
process.on('uncaughtException', (error) => {
  log.fatal({ err: error }, 'stopped by a bug');
  process.exit(1);
});

const config = readConfig();
const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
const router = createRouter({ ...config, boot, log });

process.on('SIGTERM', () => {
  void router.stop().then(() => process.exit(0));
});

const port = await router.start();
log.info({ port, home: config.home }, 'ready');
