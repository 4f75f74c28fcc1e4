export interface Config {
  readonly home: string;
  readonly bind: string;
  readonly port: number;
}

/** The router's settings; each has one default, and a wrong one is told by its name. */
export function readConfig(env: NodeJS.ProcessEnv = process.env): Config {
  return {
    home: env.MONOKU_HOME ?? '/var/lib/monoku',
    bind: env.MONOKU_HTTP_BIND ?? '::',
    port: readPort('MONOKU_HTTP_PORT', env.MONOKU_HTTP_PORT ?? '8080'),
  };
}

function readPort(name: string, text: string): number {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : NaN;
  if (port <= 65_535) return port;
  throw new Error(`${name} is "${text}"; expected a port number from 0 to 65535.`);
}
