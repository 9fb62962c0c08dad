import { serviceCidrs } from "#api/networking/service-cidr.ts";
import { blocksOf, isOpen } from "#core/addresses/service-ranges.ts";
import type { Cidr } from "#net/cidr.ts";
import type { Entry } from "#store/store.ts";
import { isOf, parseStored } from "../object.ts";
import { prefixOf } from "../objects.ts";
import type { Follower } from "../watches/following.ts";

/** The ranges of Service addresses: those that the cluster was made with, and those that ServiceCIDRs add while it runs. */
export class ServiceRanges implements Follower {
  /** One block a family; the first is of the cluster's own family. */
  readonly first: readonly Cidr[];
  readonly #added = new Map<string, readonly Cidr[]>();

  constructor(first: readonly Cidr[]) {
    this.first = first;
  }

  /** Where addresses come from when the first of their family has none; by the names of their ServiceCIDRs. */
  get further(): readonly Cidr[] {
    const blocks = [...this.#added].toSorted(([a], [b]) => (a < b ? -1 : 1)).flatMap(([, all]) => all);
    return blocks.filter(({ text }) => !this.first.some((one) => one.text === text));
  }
  get all(): readonly Cidr[] {
    return [...this.first, ...this.further];
  }

  readonly prefix = prefixOf(serviceCidrs);
  readonly keys = (): Iterable<string> => this.#added.keys();
  readonly observe = (key: string, entry: Entry | undefined): void => {
    const range = entry === undefined ? undefined : parseStored(entry.value);
    if (range !== undefined && isOf(serviceCidrs, range) && isOpen(range)) this.#added.set(key, blocksOf(range));
    else this.#added.delete(key);
  };
}
