import { dynoEnv } from '../domain/dyno-env.ts';
import type { DynoLabels } from '../domain/dyno.ts';
import { notFound } from '../domain/errors.ts';
import type { Release } from '../domain/release.ts';
import type { Store } from '../store/store.ts';

interface Dependencies {
  readonly store: Store;
  readonly domain: string;
}

/** What a dyno of a release is started with: config vars are opened here and nowhere earlier. */
export function createLaunch({ store, domain }: Dependencies) {
  return (
    release: Release,
    labels: DynoLabels,
  ): { readonly env: Readonly<Record<string, string>> } => {
    const app = store.apps.find(release.appId);
    const slug = release.slugId ? store.slugs.find(release.slugId) : undefined;
    if (!app || !slug) throw notFound(app ? 'slug' : 'app');
    const config = store.ledger.config(release.id);
    const dyno = { id: labels.dyno, type: labels.type, index: labels.index, size: labels.size };
    return { env: dynoEnv({ app, release, slug, config, dyno, domain }) };
  };
}
