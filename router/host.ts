const HOST = /^(?:[a-z0-9._-]+|\[[0-9a-f:.]+\])(?::\d{1,5})?$/i;

export function isHost(text: string): boolean {
  return text.length <= 260 && HOST.test(text);
}

/** Lower case, without port and trailing dot: how hosts are written in a route table. */
export function hostName(host: string): string {
  return host.replace(/:\d+$/, '').replace(/\.$/, '').toLowerCase();
}

/** Finds the key of a host: by its whole name, else by the closest wildcard above it. */
export function lookUpHost<T>(hosts: ReadonlyMap<string, T>, host: string): T | undefined {
  const exact = hosts.get(host);
  if (exact !== undefined) return exact;
  for (let dot = host.indexOf('.'); dot > 0; dot = host.indexOf('.', dot + 1)) {
    const found = hosts.get(`*${host.slice(dot)}`);
    if (found !== undefined) return found;
  }
  return undefined;
}
