import type { RouteBook, TakenTable } from "#core/routes/route-book.ts";
import type { RouteTable, TableChange } from "#core/routes/route-table.ts";
import type { Engine } from "./engine.ts";
import type { IngressMetrics } from "./metrics.ts";

export interface TablesOptions {
  readonly book: RouteBook;
  readonly engine: Engine;
  readonly metrics: IngressMetrics;
  /** Resolves to whether there was anything that the book has not read yet. */
  readonly lookUpReads: () => Promise<boolean>;
}

/** What follows from a table beside the table. */
export type Told = Pick<TakenTable, "ingresses" | "classes">;

/** Parameters of a class may name a ConfigMap, which may name a Secret. */
const mostRounds = 3;

/** Takes tables out of the book and has the engine serve them. What it did not take is a part of the next change. */
export class Tables {
  readonly #options: TablesOptions;
  /** What the engine serves. */
  served: RouteTable | undefined;
  #open: TakenTable | undefined;

  constructor(options: TablesOptions) {
    this.#options = options;
  }

  /** Rejects where the engine does not take the table. */
  async serve(): Promise<Told> {
    const { engine, metrics, lookUpReads } = this.#options;
    const begun = performance.now();
    let taken = this.#take();
    for (let round = 0; round < mostRounds && mayReadMore(taken) && (await lookUpReads()); round++)
      taken = this.#take();
    if (this.served === undefined || hasChanged(taken.change)) await engine.serve(taken.table, taken.change);
    this.#open = undefined;
    this.served = taken.table;
    metrics.served((performance.now() - begun) / 1000);
    return taken;
  }

  #take(): TakenTable {
    const taken = this.#options.book.take();
    this.#open = this.#open === undefined ? taken : both(this.#open, taken);
    return this.#open;
  }
}

/** A change of endpoints alone, of which there are many, brings nothing new to read. */
const mayReadMore = ({ ingresses, classes }: TakenTable): boolean => classes || ingresses.size > 0;

/** Status and the like come as changes of objects too. */
const hasChanged = ({ backends, hosts, others }: TableChange): boolean => others || backends.size > 0 || hosts.size > 0;

/** The later table, with what has changed since the earlier one's predecessor. */
const both = (earlier: TakenTable, later: TakenTable): TakenTable => ({
  table: later.table,
  change: bothChanges(earlier.change, later.change),
  ingresses: earlier.ingresses.union(later.ingresses),
  classes: earlier.classes || later.classes,
});

const bothChanges = (a: TableChange, b: TableChange): TableChange => ({
  backends: a.backends.union(b.backends),
  hosts: a.hosts.union(b.hosts),
  others: a.others || b.others,
});
