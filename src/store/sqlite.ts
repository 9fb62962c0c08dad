import { JournaledStore, type StoreOptions, storeDefaults } from "./journaled-store.ts";
import { finishRestore } from "./restore.ts";
import { SqliteJournal } from "./sqlite-journal.ts";
import type { Store } from "./store.ts";

/**
 * The store in `file`, which is made where it does not exist; its folder must. Only one process can have it open.
 * Throws `StoreLocked`, `StoreNewer`, `StoreUnreadable`, and `StoreUnwritable` where the file can't be made or prepared.
 */
export function openSqliteStore(file: string, options: StoreOptions = storeDefaults): Store {
  finishRestore(file);
  const journal = new SqliteJournal(file);
  return new JournaledStore(journal.load(), journal, options);
}
