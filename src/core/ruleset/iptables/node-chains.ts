import type { ServiceEntry, ServiceName } from "../../services/service-map.ts";
import type { Surroundings } from "../frame.ts";
import type { NodeAddresses } from "../node-table.ts";
import { type Contribution, contributionOf } from "./contribution.ts";
import { type Change, FamilyChains } from "./family-chains.ts";
import { ChainNames, type Sha256 } from "./names.ts";
import type { Place } from "./row-claim.ts";

export interface NodeChainsOptions {
  readonly around: Surroundings;
  readonly sha256: Sha256;
}

/** From so many Services on there is a tree, and below so many there is none again. */
const [treeFrom, flatBelow] = [65, 49];

/**
 * One node's chains as they should be: takes entries of Services as they change, and gives what `iptables-restore` must be told to
 * change the kernel's chains likewise, or the whole.
 */
export class NodeChains {
  readonly #options: NodeChainsOptions;
  readonly #names: ChainNames;
  /** All chains of each family. */
  readonly families: readonly FamilyChains[];
  readonly #entries = new Map<ServiceName, ServiceEntry>();
  #addresses: NodeAddresses = { own: [], nodePorts: [], all: [] };
  #flat = true;

  constructor(options: NodeChainsOptions) {
    const { around, sha256 } = options;
    this.#options = options;
    this.#names = new ChainNames(sha256);
    this.families = around.families.map((family) => new FamilyChains(family, around, sha256));
  }

  /** Takes new entries; undefined for a Service that is gone. Returns what is different now, for each family. */
  change(entries: ReadonlyMap<ServiceName, ServiceEntry | undefined>): readonly Change[] {
    const changed = [...entries].map(([name, entry]) => {
      if (entry === undefined) this.#entries.delete(name);
      else this.#entries.set(name, entry);
      return this.#claims(name, entry);
    });
    return this.#settle(changed);
  }

  /** Takes the nodes' addresses. Returns what is different now: every node port may be. */
  moveTo(addresses: NodeAddresses): readonly Change[] {
    this.#addresses = addresses;
    return this.#settle([...this.#entries].map(([name, entry]) => this.#claims(name, entry)));
  }

  #settle(changed: readonly Claimed[]): readonly Change[] {
    const count = this.#entries.size;
    this.#flat = this.#flat ? count < treeFrom : count < flatBelow;
    return this.families.map((family) => {
      for (const { name, seniority, contribution } of changed)
        family.contribute({ owner: name, seniority }, contribution);
      return family.settle({ flat: this.#flat, addresses: this.#addresses });
    });
  }

  #claims(name: ServiceName, entry: ServiceEntry | undefined): Claimed {
    const { clusterCidrs, serviceCidrs } = this.#options.around;
    const { own: nodeAddresses, nodePorts: nodePortAddresses } = this.#addresses;
    const place: Place = { nodeAddresses, nodePortAddresses, clusterCidrs, serviceCidrs };
    const contribution = entry === undefined ? nothing : contributionOf(entry, place, this.#names);
    return { name, seniority: entry?.seniority ?? "", contribution };
  }
}

const nothing: Contribution = { chains: [], rows: [] };

interface Claimed {
  readonly name: ServiceName;
  readonly seniority: string;
  readonly contribution: Contribution;
}
