import type { Submodule } from '../domain/submodule.ts';

/** `git config -z --list` of a .gitmodules → path → url. */
export function parseGitmodules(text: string): ReadonlyMap<string, string> {
  const modules = new Map<string, { path?: string; url?: string }>();
  for (const entry of text.split('\0')) {
    const match = /^submodule\.(.*)\.(path|url)\n(.*)$/s.exec(entry);
    if (match === null) continue;
    const [, name = '', key = '', value = ''] = match;
    modules.set(name, { ...modules.get(name), [key]: value });
  }
  const complete = [...modules.values()].filter((module) => module.path !== undefined);
  return new Map(complete.map(({ path = '', url = '' }) => [path, url]));
}

/** `git ls-tree -r -z` → path → commit of every gitlink. */
export function parseGitlinks(tree: Buffer): ReadonlyMap<string, string> {
  const entries = tree.toString().split('\0');
  const links = entries.flatMap((entry) => {
    const match = /^160000 commit ([0-9a-f]{40,64})\t(.*)$/s.exec(entry);
    return match === null ? [] : [[match[2] ?? '', match[1] ?? ''] as const];
  });
  return new Map(links);
}

/** Submodules that have an address; links without one stay empty folders, as in a clone. */
export function pinSubmodules(
  urls: ReadonlyMap<string, string>,
  links: ReadonlyMap<string, string>,
): readonly Submodule[] {
  return [...links].flatMap(([path, commit]) => {
    const url = urls.get(path);
    return url === undefined || url === '' ? [] : [{ path, url, commit }];
  });
}
