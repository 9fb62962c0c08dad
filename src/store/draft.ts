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

  /** Throws what the `value` function of one of the writes throws; none of them takes a revision then. */
  decide(write: Write): Written {
    const all = [...(write.along ?? []), write].map(({ key, value, expect }) => ({
      key,
      value,
      expect,
      current: this.#at(key),
    }));
    for (const { key, value, expect, current } of all) {
      const isExpected = (current?.modRevision ?? 0) === expect;
      const deletesNothing = value === undefined && current === undefined;
      if (!isExpected || deletesNothing) return { kind: "conflict", key, current };
    }
    const last = this.#timeline.revision + this.changes.length;
    const made = all.map((one, i) => madeBy(one, last + 1 + i));
    for (const change of made) {
      this.#touched.set(change.key, change.entry);
      this.changes.push(change);
    }
    return { kind: "done", revision: last + all.length };
  }

  #at(key: string): Entry | undefined {
    return this.#touched.has(key) ? this.#touched.get(key) : this.#timeline.get(key);
  }
}

interface Decided extends Pick<Write, "key" | "value"> {
  readonly current: Entry | undefined;
}

function madeBy({ key, value, current: previous }: Decided, revision: number): Change {
  const bytes = typeof value === "function" ? value(revision) : value;
  const createRevision = previous?.createRevision ?? revision;
  const entry = bytes === undefined ? undefined : { key, value: bytes, createRevision, modRevision: revision };
  return { key, revision, entry, previous };
}
