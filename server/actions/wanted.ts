import type { AppId } from '../domain/ids.ts';
import type { Release } from '../domain/release.ts';
import type { RunnableRelease, WantedApp } from '../dynos/wanted.ts';
import type { Store } from '../store/store.ts';

/** What the ledger says that an app should run: its current release and the one on its way. */
export function createWanted({
  store,
}: {
  readonly store: Store;
}): (id: AppId) => WantedApp | null {
  const runnable = (release: Release | undefined): RunnableRelease | null => {
    const slug = release?.slugId ? store.slugs.find(release.slugId) : undefined;
    return release && slug ? { release, slug } : null;
  };

  return (id) => {
    const app = store.apps.find(id);
    if (!app) return null;
    const [oldest] = store.ledger.pending(id);
    return {
      app,
      formation: store.formations.read(id),
      current: runnable(store.ledger.current(id)),
      candidate: runnable(oldest),
    };
  };
}
