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
const STEPS = [
  {
    name: 'advertise',
    method: 'GET',
    pattern: /^info\/refs\?service=git-(upload-pack|receive-pack)$/,
  },
  { name: 'exchange', method: 'POST', pattern: /^git-(upload-pack|receive-pack)$/ },
] as const;

/** Whether an address is below a repository, and so ours to answer, whatever it asks for. */
export function isGitAddress(url: string): boolean {
  return /^\/[^/?]*\.git(\/|\?|$)/.test(url);
}

/** Undefined for everything that a git client of our days does not send. */
export function parseGitRequest(method: string, url: string): GitRequest | undefined {
  const [, appName = '', rest = ''] = ADDRESS.exec(url) ?? [];
  if (!isAppName(appName)) return undefined;
  const step = STEPS.find((candidate) => candidate.method === method);
  const service = step?.pattern.exec(rest)?.[1] as Service | undefined;
  if (step === undefined || service === undefined) return undefined;
  return { appName, service, step: step.name };
}

export function purposeOf(request: GitRequest): Purpose {
  return request.service === 'receive-pack' ? 'push' : 'fetch';
}
