import type { Ip } from "#net/ip.ts";
import type { Wish } from "./wish.ts";

/** As much of a Service as decides whether another can have the same address. */
type Occupant = Pick<Wish, "ports" | "sharing">;

interface Holding {
  readonly ip: Ip;
  /** By Service. */
  readonly occupants: Map<string, Occupant>;
}

/** Which Services stand on which address. */
export class Holdings {
  readonly #holdings = new Map<string, Holding>();
  readonly #byService = new Map<string, readonly Ip[]>();
  /** Addresses by the word under which they are shared. */
  readonly #shared = new Map<string, Set<Ip>>();

  all(): readonly Ip[] {
    return [...this.#holdings.values()].map(({ ip }) => ip);
  }
  addressesOf(service: string): readonly Ip[] {
    return this.#byService.get(service) ?? [];
  }
  isTaken({ text }: Ip): boolean {
    return this.#holdings.has(text);
  }
  has(service: string, { text }: Ip): boolean {
    return this.#holdings.get(text)?.occupants.has(service) ?? false;
  }
  sharedUnder(key: string): Iterable<Ip> {
    return this.#shared.get(key) ?? [];
  }
  othersOn({ text }: Ip, service: string): readonly string[] {
    const occupants = this.#holdings.get(text)?.occupants.keys() ?? [];
    return [...occupants].filter((one) => one !== service).toSorted();
  }

  /** Whether the address is free for it, or can be shared with all who have it. */
  canStand(wish: Wish, { text }: Ip): boolean {
    const occupants = this.#holdings.get(text)?.occupants;
    if (occupants === undefined) return true;
    return [...occupants].every(([service, other]) => service === wish.service || canShare(wish, other));
  }

  /** Gives a Service these addresses and no others. Returns which came into use by it, and which nobody has now. */
  move(wish: Wish, addresses: readonly Ip[]): { readonly taken: readonly Ip[]; readonly freed: readonly Ip[] } {
    const left = this.addressesOf(wish.service).filter((ip) => !addresses.some(({ text }) => text === ip.text));
    const freed = left.filter((ip) => this.#leave(wish.service, ip));
    const taken = addresses.filter((ip) => this.#enter(wish, ip));
    if (addresses.length > 0) this.#byService.set(wish.service, addresses);
    else this.#byService.delete(wish.service);
    return { taken, freed };
  }

  /** Returns the addresses that nobody has now. */
  release(service: string): readonly Ip[] {
    const freed = this.addressesOf(service).filter((ip) => this.#leave(service, ip));
    this.#byService.delete(service);
    return freed;
  }

  /** Whether nobody stood there before. */
  #enter({ service, ports, sharing }: Wish, ip: Ip): boolean {
    const known = this.#holdings.get(ip.text);
    const holding = known ?? { ip, occupants: new Map() };
    this.#holdings.set(ip.text, holding);
    const before = holding.occupants.get(service);
    if (before !== undefined && before.sharing !== sharing) this.#unshare(before, holding.ip);
    holding.occupants.set(service, { ports, sharing });
    if (sharing !== undefined) this.#shared.set(sharing, (this.#shared.get(sharing) ?? new Set()).add(holding.ip));
    return known === undefined;
  }

  /** Whether nobody stands there any more. */
  #leave(service: string, { text }: Ip): boolean {
    const holding = this.#holdings.get(text);
    const occupant = holding?.occupants.get(service);
    if (holding === undefined || occupant === undefined) return false;
    holding.occupants.delete(service);
    if (holding.occupants.size > 0) return false;
    this.#unshare(occupant, holding.ip);
    this.#holdings.delete(text);
    return true;
  }

  #unshare({ sharing }: Occupant, ip: Ip): void {
    if (sharing === undefined) return;
    const addresses = this.#shared.get(sharing);
    addresses?.delete(ip);
    if (addresses?.size === 0) this.#shared.delete(sharing);
  }
}

const canShare = (a: Occupant, b: Occupant): boolean =>
  a.sharing !== undefined && a.sharing === b.sharing && a.ports.every((port) => !b.ports.includes(port));
