import { totalmem } from 'node:os';
import { z } from 'zod';
import { BUILD_TIMEOUT_MINUTES } from './domain/build.ts';
import { BOOT_TIMEOUT, STOP_TIMEOUT } from './domain/dyno.ts';

const port = (fallback: number) => z.coerce.number().int().min(1).max(65_535).default(fallback);
const count = (fallback: number) => z.coerce.number().int().min(1).default(fallback);
const megabytes = count;
const seconds = (fallback: number) => z.coerce.number().min(0).default(fallback);
const names = z
  .string()
  .default('')
  .transform((text) => text.split(/[\s,]+/).filter((name) => name !== ''));

/** Half of the machine's memory, at most 2 GB: what one build may use, in MB. */
const BUILD_MEMORY = Math.min(2048, Math.floor(totalmem() / 2 / 1024 ** 2));

/** Each setting: its name in the environment, its default, and the README's row. */
const SETTINGS = z.object({
  MONOKU_HOME: z.string().startsWith('/').default('/var/lib/monoku'),
  MONOKU_DOMAIN: z
    .string()
    .toLowerCase()
    .regex(/^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/, 'expected a domain name such as apps.example.com')
    .default('localhost'),
  MONOKU_HTTP_PORT: port(8080),
  MONOKU_PUBLIC_HTTP_PORT: z.coerce.number().int().min(1).max(65_535).optional(),
  MONOKU_API_PORT: port(5443),
  MONOKU_API_BIND: z.string().default('::'),
  MONOKU_ADMIN_EMAIL: z
    .string()
    .toLowerCase()
    .regex(/^[^@\s]+@[^@\s]+$/, 'expected an e-mail address')
    .default('admin@localhost'),
  MONOKU_STACK: z.string().default('debian-13'),
  MONOKU_RUN_IMAGE: z.string().optional(),
  MONOKU_BUILD_IMAGE: z.string().optional(),
  MONOKU_DOCKER_SOCKET: z.string().startsWith('/').default('/var/run/docker.sock'),
  MONOKU_BUILDS_AT_ONCE: count(2),
  MONOKU_BUILD_MINUTES: z.coerce.number().positive().default(BUILD_TIMEOUT_MINUTES),
  MONOKU_BUILD_MEMORY_MB: megabytes(BUILD_MEMORY),
  MONOKU_BUILD_ENV: names,
  MONOKU_SCRATCH_MB: megabytes(8192),
  MONOKU_BOOT_TIMEOUT: seconds(BOOT_TIMEOUT),
  MONOKU_STOP_TIMEOUT: seconds(STOP_TIMEOUT),
  MONOKU_SETTLE_SECONDS: seconds(3),
  MONOKU_LOG_LEVEL: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace']).default('info'),
});

/** What the environment or /etc/monoku/monoku.env says, checked, with defaults filled in. */
export interface Config {
  readonly home: string;
  readonly domain: string;
  readonly httpPort: number;
  /** The port in the URLs of apps, when something forwards another port to ours. */
  readonly publicHttpPort: number;
  readonly apiPort: number;
  readonly apiBind: string;
  readonly adminEmail: string;
  readonly stack: string;
  readonly runImage: string;
  readonly buildImage: string;
  readonly dockerSocket: string;
  readonly buildsAtOnce: number;
  readonly buildMinutes: number;
  readonly buildMemoryMb: number;
  /** Variables handed on to build containers: proxies, package indexes. */
  readonly buildEnv: Readonly<Record<string, string>>;
  readonly scratchMb: number;
  readonly bootTimeout: number;
  readonly stopTimeout: number;
  readonly settleSeconds: number;
  readonly logLevel: string;
}

/** `images` are used where the settings name none. Throws a sentence for each setting that can't be used. */
export function readConfig(
  images: { readonly run: string; readonly build: string },
  env: NodeJS.ProcessEnv = process.env,
): Config {
  const parsed = SETTINGS.safeParse(env);
  if (!parsed.success) throw new Error(describeProblems(parsed.error));
  const settings = parsed.data;
  return {
    home: settings.MONOKU_HOME,
    domain: settings.MONOKU_DOMAIN,
    httpPort: settings.MONOKU_HTTP_PORT,
    publicHttpPort: settings.MONOKU_PUBLIC_HTTP_PORT ?? settings.MONOKU_HTTP_PORT,
    apiPort: settings.MONOKU_API_PORT,
    apiBind: settings.MONOKU_API_BIND,
    adminEmail: settings.MONOKU_ADMIN_EMAIL,
    stack: settings.MONOKU_STACK,
    runImage: settings.MONOKU_RUN_IMAGE ?? images.run,
    buildImage: settings.MONOKU_BUILD_IMAGE ?? images.build,
    dockerSocket: settings.MONOKU_DOCKER_SOCKET,
    buildsAtOnce: settings.MONOKU_BUILDS_AT_ONCE,
    buildMinutes: settings.MONOKU_BUILD_MINUTES,
    buildMemoryMb: settings.MONOKU_BUILD_MEMORY_MB,
    buildEnv: pick(env, settings.MONOKU_BUILD_ENV),
    scratchMb: settings.MONOKU_SCRATCH_MB,
    bootTimeout: settings.MONOKU_BOOT_TIMEOUT,
    stopTimeout: settings.MONOKU_STOP_TIMEOUT,
    settleSeconds: settings.MONOKU_SETTLE_SECONDS,
    logLevel: settings.MONOKU_LOG_LEVEL,
  };
}

function describeProblems(error: z.ZodError): string {
  return error.issues
    .map((issue) => `${issue.path.join('.')} is not usable: ${issue.message}.`)
    .join('\n');
}

function pick(env: NodeJS.ProcessEnv, names: readonly string[]): Record<string, string> {
  const entries = names.flatMap((name) => {
    const value = env[name];
    return value === undefined ? [] : [[name, value] as const];
  });
  return Object.fromEntries(entries);
}
