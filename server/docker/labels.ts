/** Label name → value; as a filter: all of them must match, an empty value matches any. */
export type Labels = Readonly<Record<string, string>>;

export function toFilter(labels: Labels): string[] {
  return Object.entries(labels).map(([name, value]) => (value === '' ? name : `${name}=${value}`));
}
