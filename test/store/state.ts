import { type Change, Compacted, type Entry, type Store } from "#store/store.ts";

export const textOf = (entry: Entry | undefined): string | undefined =>
  entry === undefined ? undefined : new TextDecoder().decode(entry.value);

/** All entries in order, as text: "key=value@modRevision". */
export async function showState(store: Store): Promise<string> {
  const { entries } = await store.range("");
  return entries.map((entry) => `${entry.key}=${textOf(entry)}@${entry.modRevision}`).join("\n");
}

/** All changes that the store still knows, by revision. */
export async function knownHistory(
  store: Store,
): Promise<{ readonly oldest: number; readonly changes: ReadonlyMap<number, Change> }> {
  const oldest = await oldestRevision(store);
  const changes = new Map<number, Change>();
  await new Promise<void>((resolve, reject) => {
    const sink = { change: (it: Change) => void changes.set(it.revision, it), progress: () => resolve(), end: reject };
    store.watch("", oldest, sink).catch(reject);
  });
  return { oldest, changes };
}

async function oldestRevision(store: Store): Promise<number> {
  try {
    await store.range("", { at: 0, limit: 0 });
    return 0;
  } catch (error) {
    if (error instanceof Compacted) return error.oldest;
    throw error;
  }
}
