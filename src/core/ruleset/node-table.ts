import type { Ip } from "#net/ip.ts";
import type { ServiceEntry, ServiceName } from "../services/service-map.ts";
import { rememberChains } from "./adoption.ts";
import { ChainBook } from "./chain-book.ts";
import { layoutOf, type Place, type Seating } from "./elements.ts";
import type { Surroundings } from "./frame.ts";
import type { Listing } from "./listing.ts";
import { printDelta, printTable } from "./nftables.ts";
import { type Claims, type Contents, type Delta, isEmpty, Shadow } from "./shadow.ts";
import type { Chain } from "./table.ts";
import { type Repair, repairOf } from "./transition.ts";

export interface TableOptions {
  /** The table's name in nft. */
  readonly table: string;
  readonly around: Surroundings;
  readonly nodeName: string;
}

export interface NodeAddresses {
  readonly own: readonly Ip[];
  /** Those of its own that node ports are served at. */
  readonly nodePorts: readonly Ip[];
  /** Those of all nodes, which pods reach under their own address. */
  readonly all: readonly Ip[];
}

/**
 * One node's table as it should be: takes entries of Services as they change, and gives the text that changes the kernel's table
 * likewise, or the text of the whole.
 */
export class NodeTable {
  readonly #options: TableOptions;
  readonly #shadow = new Shadow();
  readonly #book = new ChainBook();
  /** What an earlier run left, until it is as it should be. */
  #found: Listing | undefined;
  /** Chains that nft lists in other words than ours, as it does from version to version, and how it lists them. */
  readonly #spelling = new Map<string, string>();
  readonly #entries = new Map<ServiceName, { readonly entry: ServiceEntry; readonly seating: Seating }>();
  #addresses: NodeAddresses = { own: [], nodePorts: [], all: [] };

  constructor(options: TableOptions) {
    this.#options = options;
  }

  /** Starts from what an earlier run left: numbers and seats stay as they are. Call it before the first entries come. */
  adopt(found: Listing): void {
    this.#found = found;
    rememberChains(found, this.#book);
  }

  /** What makes of that which was found what should be, and touches nothing that is right. A table of another form is replaced. */
  repair(found: Listing): Repair {
    this.#found = undefined;
    const { table, around } = this.#options;
    const isKnown = ({ name }: Chain, lines: readonly string[]): boolean =>
      this.#spelling.get(name) === lines.join("\n");
    const repair = repairOf({ table, around, contents: this.contents(), found, isKnown });
    return repair ?? { text: this.printAll(), rewritten: [] };
  }

  /** Takes what was found right after these chains were written for how nft lists them. */
  learn(rewritten: readonly Chain[], found: Listing): void {
    for (const { name } of rewritten) this.#spelling.set(name, (found.chains.get(name) ?? []).join("\n"));
  }

  /** Takes new entries; undefined for a Service that is gone. Returns what is different now. */
  change(entries: ReadonlyMap<ServiceName, ServiceEntry | undefined>): Delta {
    return this.#shadow.change([...entries].map(([name, entry]) => this.#claims(name, entry)));
  }

  /** Takes the nodes' addresses. Returns what is different now: every node port may be. */
  moveTo(addresses: NodeAddresses): Delta {
    this.#addresses = addresses;
    const nodes: Claims = {
      owner: "nodes",
      seniority: "",
      elements: addresses.all.map((ip) => ({ in: "nodes", ip })),
    };
    const again = [...this.#entries].map(([name, { entry }]) => this.#claims(name, entry));
    return this.#shadow.change([nodes, ...again]);
  }

  contents(): Contents {
    return this.#shadow.contents();
  }

  place(): Place {
    const { nodeName, around } = this.#options;
    const { own, nodePorts } = this.#addresses;
    return { nodeName, nodeAddresses: own, nodePortAddresses: nodePorts, clusterCidrs: around.clusterCidrs };
  }

  printAll(): string {
    return printTable(this.#options.table, this.#options.around, this.contents());
  }

  print(delta: Delta): string {
    return isEmpty(delta) ? "" : printDelta(this.#options.table, delta);
  }

  #claims(name: ServiceName, entry: ServiceEntry | undefined): Claims {
    if (entry === undefined) {
      this.#entries.delete(name);
      return { owner: name, seniority: "", elements: [] };
    }
    const before = this.#entries.get(name)?.seating ?? new Map();
    const { elements, seating } = layoutOf(entry, this.place(), { before, found: this.#found, book: this.#book });
    this.#entries.set(name, { entry, seating });
    return { owner: name, seniority: entry.seniority, elements };
  }
}
