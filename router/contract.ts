/**
 * What the server tells the router and the router answers: JSON lines over one unix socket that the
 * router dials. Down come whole route tables, never differences; up come `applied` and access lines.
 */
export interface RouteTable {
  /** Grows with every table of one server process; a table with a new `epoch` always replaces. */
  readonly number: number;
  readonly epoch: string;
  /** The machine's boot id: a table saved under another one is ignored at a cold start. */
  readonly boot: string;
  /** Lower-case host name without port → key in `apps`; `*.example.com` matches one label or more. */
  readonly hosts: Readonly<Record<string, string>>;
  readonly apps: Readonly<Record<string, RoutedApp>>;
}

/**
 * serving: has dynos that are up. booting: none up yet, requests wait up to 75 s (H20). crashed: H10.
 * scaled-down: H14. blank: nothing deployed, H81. maintenance: H80.
 */
export type RoutedState =
  'serving' | 'booting' | 'crashed' | 'scaled-down' | 'blank' | 'maintenance';

export interface RoutedApp {
  readonly name: string;
  readonly state: RoutedState;
  readonly dynos: readonly RoutedDyno[];
}

export interface RoutedDyno {
  readonly id: string;
  /** `web.1`. */
  readonly name: string;
  readonly address: string;
  readonly port: number;
}

export type Downward = { readonly table: RouteTable };

export type Upward =
  { readonly applied: number; readonly epoch: string } | { readonly access: AccessLine };

/** One request of an app, as its log line; `app` is the key in `apps`. */
export interface AccessLine {
  readonly app: string;
  /** Milliseconds since 1970. */
  readonly time: number;
  readonly text: string;
}

/** A message as it stands on the line. */
export function encodeMessage(message: Downward | Upward): string {
  return `${JSON.stringify(message)}\n`;
}

/** Takes text as it arrives and hands on whole lines; what a dead peer left unfinished is dropped. */
export function createLineReader(onLine: (line: string) => void): (text: string) => void {
  let rest = '';
  return (text) => {
    const lines = (rest + text).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) onLine(line);
  };
}
