import type { Entry, Store } from "#store/store.ts";

/** What stands at a key, or comes to stand there within that time; undefined where nothing does. */
export async function awaitedEntry(store: Store, key: string, patienceMs: number): Promise<Entry | undefined> {
  const revision = await store.revision();
  const found = await store.get(key);
  if (found !== undefined) return found;
  const { promise, resolve } = Promise.withResolvers<Entry | undefined>();
  const watch = await store.watch(key, revision, {
    change({ key: changed, entry }) {
      if (changed === key && entry !== undefined) resolve(entry);
    },
    progress: () => {},
    end: () => resolve(undefined),
  });
  const late = setTimeout(() => resolve(undefined), patienceMs);
  try {
    return await promise;
  } finally {
    clearTimeout(late);
    watch.stop();
  }
}
