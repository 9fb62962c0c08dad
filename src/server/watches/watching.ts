import { expired, type StatusError } from "#machinery/status.ts";
import { type Change, Compacted, type Entry, type Store, type Watch } from "#store/store.ts";
import type { Presentation } from "../answers/form.ts";
import { Slice, type Turn } from "../answers/turns.ts";
import { type Outlet, whenClosed } from "../exchange.ts";
import { limits } from "../limits.ts";
import { parseStored } from "../object.ts";
import { checkReached } from "../requests/resource-version.ts";
import type { Selection } from "../requests/selection.ts";
import { bookmarkLine, type EventType, errorLine, eventLine, initialLine } from "./watch-events.ts";

/** What a watch tells, and from when on. */
export interface WatchPlan {
  readonly prefix: string;
  readonly selection: Selection;
  readonly presentation: Presentation;
  readonly from: Beginning;
  /** 0: it wants none. */
  readonly bookmarkEveryMs: number;
  readonly timeoutMs: number;
  /** More time for telling what is there. */
  readonly turn: Turn;
}

export type Beginning =
  /** Every change after that revision. */
  | { readonly kind: "after"; readonly revision: number }
  /** What is there, then every change; a bookmark tells where the one becomes the other. Source: KEP-3157. */
  | { readonly kind: "present"; readonly notOlderThan: number };

/** One watch, from its first event to its end. */
export class Watching {
  readonly #plan: WatchPlan;
  readonly #outlet: Outlet;
  #isFirst = true;
  /** Everything up to here has been told, or was not asked for. */
  #reached: number;
  #watch: Watch | undefined;

  constructor(plan: WatchPlan, outlet: Outlet) {
    this.#plan = plan;
    this.#outlet = outlet;
    this.#reached = plan.from.kind === "after" ? plan.from.revision : 0;
  }

  async run(store: Store): Promise<void> {
    const { from, prefix, timeoutMs, bookmarkEveryMs } = this.#plan;
    const timeout = setTimeout(() => this.#end(), timeoutMs);
    const bookmarks = bookmarkEveryMs > 0 ? setInterval(() => this.#progress(), bookmarkEveryMs) : undefined;
    whenClosed(this.#outlet, () => {
      clearTimeout(timeout);
      clearInterval(bookmarks);
      this.#watch?.stop();
    });
    try {
      if (from.kind === "present") await this.#tellPresent(store, from.notOlderThan);
      if (this.#outlet.closed.aborted) return;
      this.#watch = await store.watch(prefix, this.#reached, {
        change: (change) => this.#tell(change),
        progress: (revision) => {
          this.#reached = Math.max(this.#reached, revision);
        },
        end: () => this.#outlet.end(),
      });
      if (this.#outlet.closed.aborted) this.#watch.stop();
    } catch (fault) {
      if (!(fault instanceof Compacted)) throw fault;
      this.fail(expired(`too old resource version: ${this.#reached} (${fault.oldest})`));
    }
  }

  /** The head of the answer was sent long ago: an event tells the client why there will be no more. */
  fail(refusal: StatusError): void {
    this.#outlet.write(errorLine(refusal.status, this.#plan.presentation.format));
    this.#outlet.end();
  }

  /** Throws a 504, which is an event of the watch, as kube-apiserver tells it. */
  async #tellPresent(store: Store, notOlderThan: number): Promise<void> {
    const { prefix, selection, bookmarkEveryMs } = this.#plan;
    await checkReached(store, notOlderThan);
    const { entries, revision } = await store.range(prefix);
    const slice = new Slice(this.#plan.turn);
    for (const { value } of entries) {
      if (slice.isOver()) await slice.next();
      if (this.#outlet.closed.aborted) return;
      if (!selection.isEverything && !selection.matches(parseStored(value))) continue;
      const waiting = this.#outlet.write(initialLine(value, this.#line()));
      if (waiting > limits.waitingInitialBytes) await this.#outlet.drained();
    }
    if (this.#outlet.closed.aborted) return;
    this.#reached = revision;
    if (bookmarkEveryMs > 0) this.#bookmark(true);
  }

  #tell(change: Change): void {
    this.#reached = change.revision;
    const type = typeOf(change, this.#plan.selection);
    if (type === undefined) return;
    this.#outlet.write(eventLine(change, type, this.#line()));
  }

  #line(): { readonly presentation: Presentation; readonly isFirst: boolean } {
    const isFirst = this.#isFirst;
    this.#isFirst = false;
    return { presentation: this.#plan.presentation, isFirst };
  }

  #bookmark(isInitialEnd: boolean): void {
    this.#outlet.write(bookmarkLine(this.#plan.presentation, this.#reached, isInitialEnd));
  }

  /** Not before everything that was there has been told: nobody could go on from the middle of that. */
  #progress(): void {
    if (this.#watch !== undefined) this.#bookmark(false);
  }

  #end(): void {
    if (this.#plan.bookmarkEveryMs > 0) this.#progress();
    this.#outlet.end();
  }
}

/** What a change means to one who sees only what is selected: an object that comes into view has been added. */
function typeOf({ entry, previous }: Change, selection: Selection): EventType | undefined {
  const isIn = (one: Entry | undefined) =>
    one !== undefined && (selection.isEverything || selection.matches(parseStored(one.value)));
  const [was, is] = [isIn(previous), isIn(entry)];
  if (is) return was ? "MODIFIED" : "ADDED";
  return was ? "DELETED" : undefined;
}
