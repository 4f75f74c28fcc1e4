import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pino } from 'pino';
import { readConfig, type Config } from './config.ts';
import { createPlatform } from './platform.ts';

const root = join(import.meta.dirname, '..');
const stackTags = (): string[] =>
  execFileSync(join(root, 'buildpacks', 'stack', 'make'), ['--tags'], { encoding: 'utf8' }).split(
    /\s+/,
  );

const [run = '', build = ''] = stackTags();
const config = readOrEnd();
const logger = pino({ level: config.logLevel });
const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
  version: string;
};
const owner = {
  uid: Number(execFileSync('id', ['-u', 'monoku'], { encoding: 'utf8' })),
  gid: Number(execFileSync('id', ['-g', 'monoku'], { encoding: 'utf8' })),
};

const platform = await createPlatform({ config, owner, logger, version });
logger.info({ home: config.home, port: config.apiPort }, 'ready');

let stopping = false;
for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  process.on(signal, () => {
    if (stopping) return;
    stopping = true;
    logger.info({ signal }, 'stopping; dynos and router go on');
    void platform[Symbol.asyncDispose]().then(() => process.exit(0));
  });
}

/** A setting that can't be used is the reader's to mend: a sentence, and no stack trace. */
function readOrEnd(): Config {
  try {
    return readConfig({ run, build });
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    process.exit(1);
  }
}
