import type { ServerResponse } from 'node:http';
import type { Actor } from '../domain/account.ts';
import type { App } from '../domain/app.ts';
import type { GitRepositories } from './actions.ts';
import type { Backend } from './backend.ts';
import { readHead, type Body } from './body.ts';
import { parseCommandList, type CommandList } from './command-list.ts';
import type { Lease, Leases } from './leases.ts';
import { deployCommand, findFaults, type Refusal } from './push-rules.ts';
import { relayAnswer, sendBody } from './relay.ts';
import { refusalReport } from './report.ts';

/** Bytes of commands, which are held in memory; the pack behind them is not. */
const COMMANDS_LIMIT = 4 * 1024 ** 2;

export interface PushDependencies {
  readonly repos: GitRepositories;
  readonly backend: Backend;
  readonly leases: Leases;
  readonly now: () => Date;
}

export interface Push {
  readonly actor: Actor;
  readonly app: App;
  readonly body: Body;
  readonly response: ServerResponse;
}

/** The whole of one push, from its command list to git's report. */
export async function receivePush(push: Push, dependencies: PushDependencies): Promise<void> {
  const { head: list, data } = await readHead(push.body, COMMANDS_LIMIT, parseCommandList);
  if (list.commands.length === 0) {
    // a client's probe before a large push
    push.response.end();
    return;
  }
  const { actor, app } = push;
  const claim = dependencies.leases.take({ actor, app, commands: list.commands });
  if ('heldBy' in claim) {
    await refuse(push, list, busy(list, claim.heldBy, dependencies.now()));
    return;
  }
  try {
    const faults = findFaults(list, await dependencies.repos.refs(app.id));
    if (faults.length > 0) await refuse(push, list, faults);
    else await carryOut(push, { list, data }, dependencies);
  } finally {
    await claim.taken.deployment;
    dependencies.leases.give(claim.taken);
  }
}

async function carryOut(
  push: Push,
  { list, data }: { readonly list: CommandList; readonly data: Buffer },
  { backend, repos }: PushDependencies,
): Promise<void> {
  const { id } = push.app;
  const exchange = await backend.open({
    service: 'receive-pack',
    step: 'exchange',
    repository: `${id}.git`,
    head: list.length,
  });
  exchange.write(data);
  await Promise.all([sendBody(push.body, exchange), relayAnswer(exchange, push.response)]);
  const deployed = deployCommand(list.commands);
  if (deployed === undefined) return;
  const refs = await repos.refs(id);
  if (refs.get(deployed.ref) === deployed.newId) await repos.setHead(id, deployed.ref);
}

/** The client listens only after it has sent everything. */
async function refuse(
  { body, response }: Push,
  list: CommandList,
  refusals: readonly Refusal[],
): Promise<void> {
  await body.drain();
  response.end(refusalReport(list, refusals));
}

function busy(list: CommandList, holder: Lease, now: Date): readonly Refusal[] {
  const seconds = Math.round((now.getTime() - holder.since.getTime()) / 1000);
  const since = seconds < 60 ? `${String(seconds)} s` : `${String(Math.round(seconds / 60))} min`;
  const reason = `${holder.actor.account.email} is pushing to this app since ${since}: try again later`;
  return list.commands.map(({ ref }) => ({ ref, reason }));
}
