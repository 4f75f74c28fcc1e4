import type { App } from '../domain/app.ts';
import type { Reconciler } from '../dynos/reconciler.ts';
import type { RoutableApp, WebDyno } from '../routes/table.ts';
import type { Store } from '../store/store.ts';

interface Dependencies {
  readonly store: Store;
  readonly reconciler: Pick<Reconciler, 'routed' | 'status'>;
}

/** Every app as routing sees it. */
export function createRoutables({ store, reconciler }: Dependencies): () => readonly RoutableApp[] {
  const web = (app: App): readonly WebDyno[] => {
    const routed = reconciler.routed(app.id);
    const ids = new Set(routed.map(({ id }) => id));
    const others = reconciler
      .status(app.id)
      .filter(({ type, id }) => type === 'web' && !ids.has(id))
      .map(({ id, name, state }) => ({ id, name, state, address: '', port: 0, routed: false }));
    return [...routed.map((dyno) => ({ ...dyno, state: 'up' as const, routed: true })), ...others];
  };

  return () =>
    store.apps.list().map((app) => {
      const dynos = web(app);
      return {
        app,
        domains: [],
        // a first release is routed just before it is current
        deployed:
          Boolean(store.ledger.current(app.id)?.slugId) || dynos.some(({ routed }) => routed),
        wantedWeb: store.formations.read(app.id).web?.quantity ?? 0,
        web: dynos,
      };
    });
}
