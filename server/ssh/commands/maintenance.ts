import { APP_FLAG, type Command } from '../command.ts';

export const maintenance: readonly Command[] = [
  {
    name: 'maintenance',
    summary: 'say whether an app is under maintenance',
    flags: { app: APP_FLAG },
    run({ actions, actor, app, out }) {
      out(`${actions.apps.info(actor, app).app.maintenance ? 'on' : 'off'}\n`);
      return 0;
    },
  },
  ...(['on', 'off'] as const).map((state): Command => ({
    name: `maintenance:${state}`,
    summary:
      state === 'on' ? 'answer all requests with a maintenance page' : 'let requests through again',
    flags: { app: APP_FLAG },
    run({ actions, actor, app, err }) {
      actions.apps.setMaintenance(actor, app, state);
      err(`${state === 'on' ? 'Enabling' : 'Disabling'} maintenance mode for ⬢ ${app}... done\n`);
      return 0;
    },
  })),
];
