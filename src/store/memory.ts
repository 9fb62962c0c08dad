import { JournaledStore, type StoreOptions, storeDefaults } from "./journaled-store.ts";
import type { Store } from "./store.ts";
import { Timeline } from "./timeline.ts";

/** A store that ends with its process. */
export function openMemoryStore(options: StoreOptions = storeDefaults): Store {
  return new JournaledStore(
    new Timeline([], 0),
    { commit: () => {}, shrink: () => false, sizeBytes: () => 0, close: () => {} },
    options,
  );
}
