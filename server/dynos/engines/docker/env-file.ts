/** `NAME=value` pairs, each ended by a NUL byte: the one byte that no value can hold. */
export function formatEnvFile(env: Readonly<Record<string, string>>): string {
  return Object.entries(env)
    .map(([name, value]) => `${name}=${value}\0`)
    .join('');
}
