import type { Command } from '../command.ts';
import { accounts } from './accounts.ts';
import { apps } from './apps.ts';
import { builds } from './builds.ts';
import { config } from './config.ts';
import { logs } from './logs.ts';
import { maintenance } from './maintenance.ts';
import { ps } from './ps.ts';
import { releases } from './releases.ts';

const version: Command = {
  name: 'version',
  summary: "say this platform's version",
  run({ out, version: number }) {
    out(`monoku/${number}\n`);
    return 0;
  },
};

/** The one command table, in the order in which help shows it. */
export const COMMANDS: readonly Command[] = [
  ...apps,
  ...builds,
  ...config,
  ...logs,
  ...maintenance,
  ...ps,
  ...releases,
  ...accounts,
  version,
];
