import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Actor } from '../domain/account.ts';
import type { App } from '../domain/app.ts';
import { ERROR_STATUS, notFound, PlatformError } from '../domain/errors.ts';
import type { GitActions } from './actions.ts';
import { openBody, readHead } from './body.ts';
import { parseBasic } from './credentials.ts';
import { encodePacket, FLUSH } from './pkt-line.ts';
import { receivePush, type PushDependencies } from './push.ts';
import { relayAnswer, sendBody } from './relay.ts';
import { parseGitRequest, purposeOf, type GitRequest } from './request.ts';

export interface SmartHttpDependencies extends PushDependencies {
  readonly actions: GitActions;
  /** Told of everything that is not a refusal. */
  readonly onFailure: (error: unknown) => void;
}

/** Answers one request below `/<app>.git/`; who asks is made out anew each time. */
export type SmartHttp = (request: IncomingMessage, response: ServerResponse) => Promise<void>;

export function createSmartHttp(dependencies: SmartHttpDependencies): SmartHttp {
  return async (request, response) => {
    request.on('error', () => undefined);
    response.on('error', () => undefined);
    try {
      await answer(request, response, dependencies);
    } catch (error) {
      if (!(error instanceof PlatformError)) dependencies.onFailure(error);
      complain(response, error);
    }
  };
}

interface Visit {
  readonly actor: Actor;
  readonly app: App;
  readonly asked: GitRequest;
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  dependencies: SmartHttpDependencies,
): Promise<void> {
  const actor = await identify(request, dependencies.actions);
  const asked = parseGitRequest(request.method ?? '', request.url ?? '');
  if (asked === undefined) throw notFound('app');
  const app = dependencies.actions.authorize(actor, asked.appName, purposeOf(asked));
  if (asked.service === 'receive-pack') await dependencies.repos.ensure(app.id);
  const visit = { actor, app, asked, request, response };
  const form = asked.step === 'advertise' ? 'advertisement' : 'result';
  response.setHeader('Content-Type', `application/x-git-${asked.service}-${form}`);
  response.setHeader('Cache-Control', 'no-cache, max-age=0, must-revalidate');
  await (asked.step === 'advertise' ? advertise : exchange)(visit, dependencies);
}

async function identify(request: IncomingMessage, actions: GitActions): Promise<Actor> {
  const basic = parseBasic(request.headers.authorization);
  const address = request.socket.remoteAddress ?? '';
  const actor = basic && (await actions.authenticate({ ...basic, address }));
  if (actor) return actor;
  const way = 'any user name with an API token as password, or your e-mail address and password';
  throw new PlatformError('unauthorized', `Authentication required: ${way}.`);
}

async function advertise(visit: Visit, dependencies: SmartHttpDependencies): Promise<void> {
  const { app, asked, response } = visit;
  if (!dependencies.repos.exists(app.id)) {
    // a fetch makes no repository: this is what an empty one says
    response.end(Buffer.concat([encodePacket(`# service=git-${asked.service}\n`), FLUSH, FLUSH]));
    return;
  }
  const { service, step } = asked;
  const repository = `${app.id}.git`;
  const backend = await dependencies.backend.open({ service, step, repository, head: 0 });
  backend.end();
  await relayAnswer(backend, response);
}

async function exchange(visit: Visit, dependencies: SmartHttpDependencies): Promise<void> {
  const { actor, app, asked, request, response } = visit;
  const body = openBody(request);
  if (asked.service === 'receive-pack') {
    await receivePush({ actor, app, body, response }, dependencies);
    return;
  }
  if (!dependencies.repos.exists(app.id)) throw notFound('app');
  const { head, data } = await readHead(body, FIRST_WANT, parseFirstWant);
  const { service, step } = asked;
  const repository = `${app.id}.git`;
  const backend = await dependencies.backend.open({ service, step, repository, head });
  backend.write(data);
  await Promise.all([sendBody(body, backend), relayAnswer(backend, response)]);
}

/** Bytes within which a fetch says first what it wants. */
const FIRST_WANT = 1024;

function parseFirstWant(data: Buffer): number | null {
  const match = /^[0-9a-f]{4}want [0-9a-f]{40}/.exec(data.toString('latin1', 0, 60));
  return match === null ? null : match[0].length;
}

function complain(response: ServerResponse, error: unknown): void {
  if (response.headersSent) {
    response.destroy();
    return;
  }
  const refusal =
    error instanceof PlatformError ? error : new PlatformError('unavailable', 'Internal error.');
  if (refusal.id === 'unauthorized') response.setHeader('WWW-Authenticate', 'Basic realm="Monoku"');
  response.writeHead(ERROR_STATUS[refusal.id], { 'Content-Type': 'text/plain; charset=utf-8' });
  response.end(`${refusal.message}\n`);
}
