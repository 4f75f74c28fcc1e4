import type { Access } from './access.ts';
import type { Accounts } from './accounts.ts';
import type { Apps } from './apps.ts';
import type { Builds } from './builds.ts';
import type { ConfigVarActions } from './config-vars.ts';
import type { Dynos } from './dynos.ts';
import type { FormationActions } from './formation.ts';
import type { LogActions } from './logs.ts';
import type { Pushes } from './pushes.ts';
import type { Releases } from './releases.ts';

/** Everything people may ask of the platform, by noun; what entrances are given. */
export interface Actions {
  readonly access: Access;
  readonly accounts: Accounts;
  readonly apps: Apps;
  readonly builds: Builds;
  readonly configVars: ConfigVarActions;
  readonly dynos: Dynos;
  readonly formation: FormationActions;
  readonly logs: LogActions;
  readonly pushes: Pushes;
  readonly releases: Releases;
}
