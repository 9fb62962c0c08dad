import { SinkFailed } from "./faults.ts";
import type { Change, Watch, WatchSink } from "./store.ts";
import type { Timeline } from "./timeline.ts";

interface Watching {
  readonly prefix: string;
  readonly sink: WatchSink;
  /** "new" until the past has been replayed, which waits until the caller has the watch in hand. */
  phase: "new" | "live" | "over";
  /** Changes up to here have been delivered, or were not asked for. */
  delivered: number;
  /** The last progress told. */
  told: number;
}

/** Delivers changes to those who watch. */
export class Watches {
  readonly #timeline: Timeline;
  readonly #progressAfterMs: number;
  // By prefix, since many watch the same one and a change need be compared with it only once.
  readonly #groups = new Map<string, Set<Watching>>();
  #progressTimer: NodeJS.Timeout | undefined;

  constructor(timeline: Timeline, progressAfterMs: number) {
    this.#timeline = timeline;
    this.#progressAfterMs = progressAfterMs;
  }

  /** Throws `Compacted`. */
  open(prefix: string, afterRevision: number, sink: WatchSink): Watch {
    this.#timeline.since(Math.min(afterRevision, this.#timeline.revision));
    const watching: Watching = { prefix, sink, phase: "new", delivered: afterRevision, told: afterRevision };
    const group = this.#groups.get(prefix) ?? new Set();
    this.#groups.set(prefix, group.add(watching));
    setImmediate(() => this.#start(watching));
    return { stop: () => this.#remove(watching) };
  }

  /** `changes` have just been applied to the timeline. */
  publish(changes: readonly Change[]): void {
    for (const [prefix, group] of this.#groups) {
      const wanted = changes.filter(({ key }) => isBelow(key, prefix));
      if (wanted.length === 0) continue;
      for (const watching of group) if (watching.phase === "live") this.#deliver(watching, wanted);
    }
    this.#progressTimer ??= setTimeout(() => this.#tellProgress(), this.#progressAfterMs).unref();
  }

  close(): void {
    clearTimeout(this.#progressTimer);
    for (const group of [...this.#groups.values()]) for (const watching of [...group]) this.#end(watching, "closed");
  }

  #start(watching: Watching): void {
    if (watching.phase !== "new") return;
    if (watching.delivered < this.#timeline.oldest) {
      this.#end(watching, "compacted");
      return;
    }
    watching.phase = "live";
    const missed = this.#timeline.since(Math.min(watching.delivered, this.#timeline.revision));
    this.#deliver(
      watching,
      missed.filter(({ key }) => isBelow(key, watching.prefix)),
    );
    if (this.#timeline.revision >= watching.told) this.#tell(watching);
  }

  #deliver(watching: Watching, changes: readonly Change[]): void {
    for (const change of changes) {
      if (watching.phase === "over") return;
      if (change.revision <= watching.delivered) continue;
      watching.delivered = change.revision;
      this.#call(watching, () => watching.sink.change(change));
    }
  }

  #tellProgress(): void {
    this.#progressTimer = undefined;
    for (const group of this.#groups.values()) {
      for (const watching of group) {
        if (watching.phase === "live" && watching.told < this.#timeline.revision) this.#tell(watching);
      }
    }
  }

  #tell(watching: Watching): void {
    if (watching.phase === "over") return;
    watching.told = this.#timeline.revision;
    this.#call(watching, () => watching.sink.progress(watching.told));
  }

  #call(watching: Watching, deliver: () => void): void {
    try {
      deliver();
    } catch (error) {
      // It has missed something now, and must not go on as if it had not.
      process.emitWarning(new SinkFailed(watching.prefix, error));
      this.#end(watching, "failed");
    }
  }

  #end(watching: Watching, reason: "closed" | "compacted" | "failed"): void {
    this.#remove(watching);
    try {
      watching.sink.end(reason);
    } catch (error) {
      process.emitWarning(new SinkFailed(watching.prefix, error));
    }
  }

  #remove(watching: Watching): void {
    watching.phase = "over";
    const group = this.#groups.get(watching.prefix);
    group?.delete(watching);
    if (group?.size === 0) this.#groups.delete(watching.prefix);
  }
}

/** Whether a key begins with a prefix. Every write asks it of every prefix, and one character tells most of them apart. */
function isBelow(key: string, prefix: string): boolean {
  const last = prefix.length - 1;
  return key[last] === prefix[last] && key.startsWith(prefix);
}
