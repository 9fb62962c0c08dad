import type { Change, Entry, Write, Written } from "./store.ts";
import type { Timeline } from "./timeline.ts";

/** The writes of one batch, each decided upon what the earlier ones would leave. */
export class Draft {
  /** What the batch changes, in order. */
  readonly changes: Change[] = [];
  readonly #timeline: Timeline;
  readonly #touched = new Map<string, Entry | undefined>();

  constructor(timeline: Timeline) {
    this.#timeline = timeline;
  }

  /** Throws what the write's `value` function throws; the write then takes no revision. */
  decide({ key, value, expect }: Write): Written {
    const previous = this.#at(key);
    const isExpected = (previous?.modRevision ?? 0) === expect;
    const deletesNothing = value === undefined && previous === undefined;
    if (!isExpected || deletesNothing) return { kind: "conflict", current: previous };
    const revision = this.#timeline.revision + this.changes.length + 1;
    const bytes = typeof value === "function" ? value(revision) : value;
    const createRevision = previous?.createRevision ?? revision;
    const entry = bytes === undefined ? undefined : { key, value: bytes, createRevision, modRevision: revision };
    this.#touched.set(key, entry);
    this.changes.push({ key, revision, entry, previous });
    return { kind: "done", revision };
  }

  #at(key: string): Entry | undefined {
    return this.#touched.has(key) ? this.#touched.get(key) : this.#timeline.get(key);
  }
}
