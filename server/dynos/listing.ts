/**
 * Shares one slow question between all who ask at the same time. The answer that one gets was begun
 * after one asked: who comes while a question is under way waits for the next.
 */
export function createListing<T>(ask: () => Promise<T>): () => Promise<T> {
  let underWay: Promise<T> | null = null;
  let next: Promise<T> | null = null;

  async function begin(): Promise<T> {
    await underWay?.catch(() => undefined);
    underWay = next;
    next = null;
    return ask();
  }

  return () => (next ??= begin());
}
