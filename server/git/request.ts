import { isAppName } from '../domain/app.ts';
import type { Purpose } from './actions.ts';

export type Service = 'upload-pack' | 'receive-pack';

/** One of the four requests of smart HTTP. */
export interface GitRequest {
  readonly appName: string;
  readonly service: Service;
  /** The list of refs (GET), or the exchange itself (POST). */
  readonly step: 'advertise' | 'exchange';
}

const ADDRESS = /^\/([a-z0-9-]+)\.git\/(.*)$/;
const ADVERTISE = /^info\/refs\?service=git-(upload-pack|receive-pack)$/;
const EXCHANGE = /^git-(upload-pack|receive-pack)$/;

/** Whether an address is below a repository, and so ours to answer, whatever it asks for. */
export function isGitAddress(url: string): boolean {
  return /^\/[^/?]*\.git(\/|\?|$)/.test(url);
}

/** Undefined for everything that a git client of our days does not send. */
export function parseGitRequest(method: string, url: string): GitRequest | undefined {
  const [, appName = '', rest = ''] = ADDRESS.exec(url) ?? [];
  if (!isAppName(appName)) return undefined;
  const pattern = { GET: ADVERTISE, POST: EXCHANGE }[method];
  const service = pattern?.exec(rest)?.[1] as Service | undefined;
  if (service === undefined) return undefined;
  return { appName, service, step: method === 'GET' ? 'advertise' : 'exchange' };
}

export function purposeOf(request: GitRequest): Purpose {
  return request.service === 'receive-pack' ? 'push' : 'fetch';
}
