import type { AppId } from './domain/ids.ts';

/** "Look again at this app": sent after a commit, names the app and carries no state. */
export interface Events {
  lookAgain(app: AppId): void;
  /** Returns a function that ends the subscription. */
  onLookAgain(listener: (app: AppId) => void): () => void;
}

export function createEvents(): Events {
  const listeners = new Set<(app: AppId) => void>();
  return {
    lookAgain(app) {
      for (const listener of [...listeners]) listener(app);
    },
    onLookAgain(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}
