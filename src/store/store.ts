/**
 * Keys, bytes, revisions, watch: what the API server needs of a database. Knows no kind.
 *
 * A revision is one number for the whole store; every write takes the next one. It is never repeated and never goes back, also
 * across restarts. Keys are compared as strings of code units.
 * Source: the guarantees are etcd's (KV and watch API guarantees), since several servers will share one.
 */
export interface Store {
  /** The revision of the last write. */
  readonly revision: () => Promise<number>;
  readonly status: () => Promise<StoreStatus>;
  readonly get: (key: string) => Promise<Entry | undefined>;
  /** Entries whose key begins with `prefix`, in key order. Throws `Compacted` where `at` is gone, `FutureRevision` where it has not come yet. */
  readonly range: (prefix: string, options?: RangeOptions) => Promise<Range>;
  /**
   * Resolves when the write would survive a power cut; the writes of one event-loop turn share the cost of that. No reader and no
   * watch sees it before. Throws `StoreUnwritable` while the disk takes nothing; reads and watches go on meanwhile.
   */
  readonly write: (write: Write) => Promise<Written>;
  /**
   * Changes after `afterRevision`: those that have happened, then those that happen. Throws `Compacted` where that history is no longer
   * complete. A revision that has not come yet is waited for: nothing up to it is delivered.
   */
  readonly watch: (prefix: string, afterRevision: number, sink: WatchSink) => Promise<Watch>;
  /** Forgets what only revisions before `revision` could show. Throws `FutureRevision` where that has not come yet. */
  readonly compact: (revision: number) => Promise<void>;
  /** Commits what was asked for before, ends the watches. Whatever is asked for later gets `StoreClosed`. */
  readonly close: () => Promise<void>;
}

/** What the store tells of itself. */
export interface StoreStatus {
  readonly revision: number;
  /** From here on history is complete, and a watch can resume. */
  readonly oldest: number;
  /** What it takes on disk; 0 where it stands in memory alone. */
  readonly sizeBytes: number;
  /** What the past takes of memory, about. */
  readonly historyBytes: number;
}

export interface Entry {
  readonly key: string;
  readonly value: Uint8Array;
  readonly createRevision: number;
  readonly modRevision: number;
}

export interface RangeOptions {
  /** At most so many entries. */
  readonly limit?: number;
  /** Only keys after this one: where a page went on. */
  readonly after?: string;
  /** As the store was at that revision; the present where absent. */
  readonly at?: number;
}
export interface Range {
  readonly entries: readonly Entry[];
  /** The revision that this answer shows. */
  readonly revision: number;
  /** How many entries stand after the last one given. */
  readonly remaining: number;
}

export interface Write {
  /** Not empty, no NUL, no lone surrogate: a `RangeError` otherwise. */
  readonly key: string;
  /**
   * undefined deletes. A function is given the revision that the write takes, since objects carry their own; what it throws rejects this
   * write alone. The bytes are kept as they are, not copied: nobody may change them later.
   */
  readonly value: Uint8Array | ((revision: number) => Uint8Array) | undefined;
  /** The write happens only while the key's modRevision is this; 0 for "must not exist". */
  readonly expect: number;
  /** Writes of other keys that happen with this one or not at all; they take the revisions right before it. Each names another key. */
  readonly along?: readonly Omit<Write, "along">[];
}
/**
 * A conflict shows what stands at the first key where something else was expected; of those `along` first. Where that is what was
 * expected, the key to delete does not exist.
 */
export type Written =
  | { readonly kind: "done"; readonly revision: number }
  | { readonly kind: "conflict"; readonly key: string; readonly current: Entry | undefined };

/**
 * Changes arrive in the order of their revisions, each once. Nothing is called before `watch` has resolved, and nothing after `stop`.
 * The store waits for nobody: a sink returns at once and keeps its own queue.
 */
export interface WatchSink {
  readonly change: (change: Change) => void;
  /** Everything up to here has been delivered. Told when the past has been replayed, and a while after changes, whatever their keys. */
  readonly progress: (revision: number) => void;
  /** The watch is over: the store closed or lost track of history, or this sink threw. Resume with a new watch. */
  readonly end: (reason: "closed" | "compacted" | "failed") => void;
}
export interface Change {
  readonly key: string;
  readonly revision: number;
  /** What stands there now; undefined after a deletion. */
  readonly entry: Entry | undefined;
  /** What stood there before; undefined for a creation. */
  readonly previous: Entry | undefined;
}
export interface Watch {
  readonly stop: () => void;
}

/** History before `oldest` is gone. */
export class Compacted extends Error {
  readonly code = "Compacted";
  readonly oldest: number;
  constructor(wanted: number, oldest: number) {
    super(`revision ${wanted} has been compacted; the oldest one kept is ${oldest}`);
    this.oldest = oldest;
  }
}

/** Revision `wanted` has not been written yet; the last one is `latest`. */
export class FutureRevision extends Error {
  readonly code = "FutureRevision";
  readonly latest: number;
  constructor(wanted: number, latest: number) {
    super(`revision ${wanted} has not been written yet; the last one is ${latest}`);
    this.latest = latest;
  }
}
