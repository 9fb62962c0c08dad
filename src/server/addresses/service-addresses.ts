import { type Service, services } from "#api/core/service.ts";
import { assign } from "#core/addresses/assign.ts";
import type { Random } from "#core/addresses/pool.ts";
import { type Holding, holdingOf } from "#core/addresses/taken.ts";
import { internal, invalid } from "#machinery/status.ts";
import type { Cidr } from "#net/cidr.ts";
import type { PortRange } from "#net/port.ts";
import type { Entry } from "#store/store.ts";
import { isOf, parseStored } from "../object.ts";
import { prefixOf, type Saving } from "../objects.ts";
import type { Follower } from "../watches/following.ts";
import type { AddressObjects } from "./address-objects.ts";
import type { ServiceRanges } from "./service-ranges.ts";

/** Keeps what a Service was assigned while the write is under way that brings it into the store. */
interface Reservation {
  /** The write is done; `revision` is its own. */
  readonly keep: (revision: number) => void;
  /** The write did not happen. */
  readonly release: () => void;
}

interface Held extends Holding {
  readonly revision: number;
}

/**
 * Who holds which cluster address and node port. The Services in the store are the only record; this is an index over them, and
 * over the writes that are under way, so that two requests at once never get the same.
 */
export class ServiceAddresses implements Follower {
  readonly #ranges: ServiceRanges;
  readonly #objects: AddressObjects;
  readonly #random: Random;
  #nodePorts: PortRange;
  // By the Service's key in the store.
  readonly #held = new Map<string, Held>();
  // How many hold it: an address or port is free again when the last one has let go.
  readonly #addresses = new Map<string, number>();
  readonly #ports = new Map<number, number>();
  // Changes up to here have been observed.
  #seen = 0;

  constructor(
    { ranges, objects }: { readonly ranges: ServiceRanges; readonly objects: AddressObjects },
    nodePorts: PortRange,
    random: Random,
  ) {
    this.#ranges = ranges;
    this.#objects = objects;
    this.#nodePorts = nodePorts;
    this.#random = random;
  }

  readonly prefix = prefixOf(services);
  readonly keys = (): Iterable<string> => this.#held.keys();
  readonly observe = (key: string, entry: Entry | undefined, revision: number): void => {
    const service = entry === undefined ? undefined : parseStored(entry.value);
    this.#seen = Math.max(this.#seen, revision);
    const isKnown = service !== undefined && isOf(services, service);
    this.#set(key, { ...(isKnown ? holdingOf(service) : { addresses: [], ports: [] }), revision });
  };
  readonly progress = (revision: number): void => {
    this.#seen = revision;
  };

  /** Takes effect on what is given out from now on; what Services hold they keep. */
  set nodePortRange(range: PortRange) {
    this.#nodePorts = range;
  }

  /** All blocks that cluster addresses come from. */
  get ranges(): readonly Cidr[] {
    return this.#ranges.all;
  }

  get nodePortRange(): PortRange {
    return this.#nodePorts;
  }

  /** Gives a Service what its type calls for. Throws a 422 where what it asks for can't be had, a 500 where nothing is left. */
  assign(service: Service, old: Service | undefined): Service {
    const assignment = assign(service, old, {
      ranges: this.#ranges.first,
      further: this.#ranges.further,
      nodePorts: this.#nodePorts,
      isAddressTaken: (address) => this.#addresses.has(address) || this.#objects.isReserved(address),
      isPortTaken: (port) => this.#ports.has(port),
      random: this.#random,
    });
    switch (assignment.kind) {
      case "assigned":
        return assignment.service;
      case "refused":
        throw invalid(services, service.metadata.name, assignment.problems);
      case "exhausted":
        throw internal(assignment.message);
    }
  }

  /**
   * Writes a Service that has just been assigned what it holds; nobody else gets any of it until the write has ended one way or the
   * other. To be called in the same turn as `assign`.
   */
  async whileReserved(key: string, service: Service, write: () => Promise<Saving>): Promise<Saving> {
    const reservation = this.#reserve(key, service);
    let saving: Saving | undefined;
    try {
      const { name, namespace } = service.metadata;
      saving = await this.#objects.written(holdingOf(service).addresses, { name, namespace }, write);
      return saving;
    } finally {
      if (saving?.kind === "saved") reservation.keep(saving.saved.revision);
      else reservation.release();
    }
  }

  #reserve(key: string, service: Service): Reservation {
    const holding = holdingOf(service);
    this.#take(holding);
    return {
      keep: (revision) => {
        if (revision > this.#seen) this.#set(key, { ...holding, revision });
        this.#release(holding);
      },
      release: () => this.#release(holding),
    };
  }

  #set(key: string, next: Held): void {
    const before = this.#held.get(key);
    if (before !== undefined && before.revision >= next.revision) return;
    this.#take(next);
    if (before !== undefined) this.#release(before);
    this.#held.set(key, next);
    if (next.addresses.length === 0 && next.ports.length === 0) this.#held.delete(key);
  }

  #take({ addresses, ports }: Holding): void {
    for (const address of addresses) this.#addresses.set(address, (this.#addresses.get(address) ?? 0) + 1);
    for (const port of ports) this.#ports.set(port, (this.#ports.get(port) ?? 0) + 1);
  }

  #release({ addresses, ports }: Holding): void {
    for (const address of addresses) letGo(this.#addresses, address);
    for (const port of ports) letGo(this.#ports, port);
  }
}

function letGo<K>(counts: Map<K, number>, key: K): void {
  const count = counts.get(key) ?? 0;
  if (count > 1) counts.set(key, count - 1);
  else counts.delete(key);
}
