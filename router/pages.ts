import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { FAILURES, type FailureCode } from './failures.ts';

/** What the router itself answers. */
export interface Page {
  readonly status: number;
  readonly type: string;
  readonly body: string;
}

/** `no-such-app` has no code: Heroku shows that page without one. */
export type PageName = FailureCode | 'no-such-app' | 'bad-request';

export interface Pages {
  /** `accept` is the client's header; who prefers JSON gets `{id, message, code}`. */
  render(name: PageName, accept: string | undefined, cause?: string): Page;
}

interface Words {
  readonly id: string;
  readonly status: number;
  readonly title: string;
  readonly message: string;
  readonly template: string;
}

export function createPages(): Pages {
  const read = (file: string): string =>
    readFileSync(join(import.meta.dirname, 'pages', file), 'utf8');
  const templates = new Map(TEMPLATES.map((file) => [file, read(file)]));

  return {
    render(name, accept, cause) {
      const words = wordsOf(name, cause);
      const code = name in FAILURES ? name : '';
      if (prefersJson(accept)) {
        const body = JSON.stringify({ id: words.id, message: words.message, code });
        return { status: words.status, type: 'application/json; charset=utf-8', body };
      }
      const body = (templates.get(words.template) ?? '')
        .replaceAll('{{title}}', escapeHtml(words.title))
        .replaceAll('{{message}}', escapeHtml(words.message))
        .replaceAll('{{code}}', escapeHtml(code));
      return { status: words.status, type: 'text/html; charset=utf-8', body };
    },
  };
}

const TEMPLATES = ['application-error.html', 'notice.html'];

const NOTICES: Readonly<Partial<Record<PageName, Omit<Words, 'template' | 'status'>>>> = {
  H80: {
    id: 'maintenance',
    title: 'Offline for maintenance',
    message: 'This application is undergoing maintenance right now. Please check back later.',
  },
  H81: {
    id: 'blank_app',
    title: 'Nothing here yet',
    message: 'This application has no code yet. Its owner can deploy it with git push.',
  },
};

const MESSAGES: Readonly<Partial<Record<PageName, string>>> = {
  H10: 'The application crashed. Its owner can see why in the logs: monoku logs --tail.',
  H12: 'The application took too long to answer.',
  H14: 'The application has no web dynos running. Its owner can start one: monoku ps:scale web=1.',
  H20: 'The application took too long to start.',
};

function wordsOf(name: PageName, cause: string | undefined): Words {
  if (name === 'no-such-app') return NO_SUCH_APP;
  if (name === 'bad-request') return badRequest(400, cause);
  if (name === 'H26') return badRequest(EXPECTATION.test(cause ?? '') ? 417 : 400, cause);
  const { status } = FAILURES[name];
  const notice = NOTICES[name];
  if (notice) return { ...notice, status, template: 'notice.html' };
  const message =
    MESSAGES[name] ?? 'The application could not answer. Its owner can look into the logs.';
  return {
    id: 'application_error',
    status,
    title: 'Application error',
    message,
    template: 'application-error.html',
  };
}

const EXPECTATION = /^unsupported expect/;

const NO_SUCH_APP: Words = {
  id: 'no_such_app',
  status: 404,
  title: 'No such app',
  message: 'There is no app at this address. Check its spelling, or create the app first.',
  template: 'notice.html',
};

function badRequest(status: number, cause = 'it is not valid HTTP/1.1'): Words {
  return {
    id: 'bad_request',
    status,
    title: status === 417 ? 'Expectation failed' : 'Bad request',
    message: `This request can't be served: ${cause}.`,
    template: 'notice.html',
  };
}

/** Whether JSON stands before HTML: by `q`, then by order. Only `application/json` by name counts. */
export function prefersJson(accept: string | undefined): boolean {
  const wanted = accept?.toLowerCase();
  if (!wanted?.includes('application/json')) return false;
  const weights = new Map(
    wanted.split(',').map((part, order) => {
      const [type = '', ...params] = part.split(';').map((word) => word.trim());
      const q = params.find((param) => param.startsWith('q='))?.slice(2);
      return [type, (q === undefined ? 1 : Number(q) || 0) - order / 1000] as const;
    }),
  );
  return (weights.get('application/json') ?? 0) > (weights.get('text/html') ?? 0);
}

function escapeHtml(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}
