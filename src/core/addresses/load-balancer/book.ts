import { type Ip, type IpFamily, plus } from "#net/ip.ts";
import { type IpRange, inRange, rangeSize } from "#net/ip-range.ts";
import { Holdings } from "./holdings.ts";
import type { AddressPool } from "./pools.ts";
import type { Refusal, Wish } from "./wish.ts";

/** What became of a wish. */
export type Outcome =
  | {
      readonly kind: "assigned";
      readonly addresses: readonly Ip[];
      /** What of the wish could not be had; what the Service has it keeps meanwhile. */
      readonly unmet: Refusal | undefined;
    }
  | { readonly kind: "pending"; readonly because: Refusal };

/** How many addresses of a pool Services have, and how many are left. */
export interface Usage {
  readonly assigned: bigint;
  readonly available: bigint;
}

/**
 * Which Service has which load-balancer address. A Service keeps what it has until it can have what it wants; one address belongs to
 * one Service, or to several that share it under one key with different ports.
 */
export class LoadBalancerBook {
  readonly #holdings = new Holdings();
  #pools: readonly AddressPool[] = [];
  /** By range: every address before the one so many steps from its first is taken. */
  readonly #searched = new Map<string, bigint>();
  readonly #assigned = new Map<string, Record<IpFamily, bigint>>();

  /** Takes the pools, in the order of their use. */
  usePools(pools: readonly AddressPool[]): void {
    this.#pools = pools;
    this.#searched.clear();
    this.#assigned.clear();
    for (const ip of this.#holdings.all()) this.#count(ip, 1n);
  }

  /** What a Service was given before this book was begun; what it can't have beside others is left out. */
  recall(wish: Wish, held: readonly Ip[]): void {
    this.#move(wish, this.#possible(wish, held));
  }

  /** Gives a Service what it wants, where that can be had. */
  settle(wish: Wish): Outcome {
    const kept = this.#possible(wish, this.#holdings.addressesOf(wish.service));
    const found = wish.addresses.length > 0 ? this.#findNamed(wish) : this.#findAny(wish, kept);
    const addresses = found.kind === "found" ? found.addresses : kept;
    this.#move(wish, addresses);
    if (found.kind === "found") return { kind: "assigned", addresses, unmet: undefined };
    return kept.length > 0
      ? { kind: "assigned", addresses, unmet: found.because }
      : { kind: "pending", because: found.because };
  }

  /** A Service that wants nothing any more. Returns whether an address became free. */
  release(service: string): boolean {
    const freed = this.#holdings.release(service);
    for (const ip of freed) this.#free(ip);
    return freed.length > 0;
  }

  addressesOf(service: string): readonly Ip[] {
    return this.#holdings.addressesOf(service);
  }

  /** undefined for a family that the pool doesn't have. */
  usage({ name, sizes, ranges }: AddressPool, family: IpFamily): Usage | undefined {
    if (!ranges.some((range) => range.family === family)) return undefined;
    const assigned = this.#assigned.get(name)?.[family] ?? 0n;
    return { assigned, available: sizes[family] > assigned ? sizes[family] - assigned : 0n };
  }

  #possible(wish: Wish, held: readonly Ip[]): readonly Ip[] {
    return wish.families.flatMap((family) => {
      const own = held.filter((ip) => ip.family === family && this.#holdings.canStand(wish, ip));
      return own.slice(0, 1);
    });
  }

  #findNamed(wish: Wish): Found {
    const pools = this.#poolsFor(wish);
    if (pools.kind === "refused") return pools;
    const byFamily = wish.families.map((family) => wish.addresses.find((ip) => ip.family === family));
    const missing = wish.families.filter((_, i) => byFamily[i] === undefined);
    if (missing.length > 0 && wish.needsAllFamilies)
      return refused("LoadBalancerWishInvalid", `it asks for no ${missing.join(", ")} address by name, and needs one`);
    const addresses = byFamily.filter((ip) => ip !== undefined);
    for (const ip of addresses) {
      const pool = pools.onRequest.find((one) => hasAddress(one, ip));
      if (pool === undefined || (pool.isLeftOut(ip) && !this.#holdings.has(wish.service, ip)))
        return refused("LoadBalancerAddressOutside", `${ip.text} is not an address of ${showPools(pools.onRequest)}`);
      const others = this.#holdings.othersOn(ip, wish.service);
      if (!this.#holdings.canStand(wish, ip))
        return refused("LoadBalancerAddressTaken", `${ip.text} is in use by ${others.join(", ")}`);
    }
    return { kind: "found", addresses };
  }

  #findAny(wish: Wish, kept: readonly Ip[]): Found {
    if (this.#suffices(wish, kept)) return { kind: "found", addresses: kept };
    const pools = this.#poolsFor(wish);
    if (pools.kind === "refused") return pools;
    const candidates = pools.unasked.toSorted((a, b) => countIn(b, kept) - countIn(a, kept));
    let best: readonly Ip[] = [];
    for (const pool of candidates) {
      const addresses = this.#findIn(pool, wish, kept);
      if (addresses.length === wish.families.length) return { kind: "found", addresses };
      if (best.length === 0) best = addresses;
    }
    if (best.length > 0 && !wish.needsAllFamilies) return { kind: "found", addresses: best };
    return whyNone(wish, candidates);
  }

  /** Whether there is nothing better to be had. */
  #suffices({ pool: wanted, families }: Wish, kept: readonly Ip[]): boolean {
    if (kept.length !== families.length) return false;
    return kept.every((ip) => {
      const pool = this.#poolOf(ip);
      return pool !== undefined && (wanted === undefined || wanted === pool.name);
    });
  }

  /** One address a family, those that the Service has already first; fewer where they can't be had. */
  #findIn(pool: AddressPool, wish: Wish, kept: readonly Ip[]): readonly Ip[] {
    return wish.families.flatMap((family) => {
      const own = kept.find((ip) => ip.family === family && hasAddress(pool, ip));
      return own ?? this.#findShared(pool, wish, family) ?? this.#findFree(pool, family) ?? [];
    });
  }

  #findShared(pool: AddressPool, wish: Wish, family: IpFamily): Ip | undefined {
    if (wish.sharing === undefined) return undefined;
    for (const ip of this.#holdings.sharedUnder(wish.sharing))
      if (ip.family === family && hasAddress(pool, ip) && this.#holdings.canStand(wish, ip)) return ip;
    return undefined;
  }

  #findFree(pool: AddressPool, family: IpFamily): Ip | undefined {
    for (const range of pool.ranges) {
      const ip = range.family === family ? this.#firstFree(range, pool) : undefined;
      if (ip !== undefined) return ip;
    }
    return undefined;
  }

  #firstFree(range: IpRange, pool: AddressPool): Ip | undefined {
    const size = rangeSize(range);
    for (let step = this.#searched.get(range.text) ?? 0n; ; step++) {
      const ip = step < size ? plus(range.first, step) : undefined;
      if (ip !== undefined && (this.#holdings.isTaken(ip) || pool.isLeftOut(ip))) continue;
      this.#searched.set(range.text, step);
      return ip;
    }
  }

  #poolsFor(wish: Wish): PoolsFor {
    const suiting = this.#pools.filter(({ suits }) => suits(wish));
    if (wish.pool !== undefined) {
      const named = suiting.filter(({ name }) => name === wish.pool);
      if (named.length > 0) return { kind: "pools", onRequest: named, unasked: named };
      const isThere = this.#pools.some(({ name }) => name === wish.pool);
      const why = isThere ? "is not for this Service" : "is not there, or can't be used";
      return refused("LoadBalancerPoolUnknown", `LoadBalancerPool ${wish.pool} ${why}`);
    }
    const unasked = suiting.filter(({ autoAssign }) => autoAssign);
    if ((wish.addresses.length > 0 ? suiting : unasked).length > 0)
      return { kind: "pools", onRequest: suiting, unasked };
    return refused(
      "NoLoadBalancerPool",
      this.#pools.length === 0
        ? "there is no LoadBalancerPool that can be used"
        : `${showPools(this.#pools)} gives no addresses to this Service unasked: see autoAssign, serviceSelector and namespaceSelector`,
    );
  }

  #poolOf(ip: Ip): AddressPool | undefined {
    return this.#pools.find((pool) => hasAddress(pool, ip));
  }

  #move(wish: Wish, addresses: readonly Ip[]): void {
    const { taken, freed } = this.#holdings.move(wish, addresses);
    for (const ip of freed) this.#free(ip);
    for (const ip of taken) this.#count(ip, 1n);
  }

  #free(ip: Ip): void {
    this.#count(ip, -1n);
    const range = this.#poolOf(ip)?.ranges.find((one) => inRange(one, ip));
    if (range === undefined) return;
    const step = ip.number - range.first.number;
    if ((this.#searched.get(range.text) ?? 0n) > step) this.#searched.set(range.text, step);
  }

  #count(ip: Ip, by: bigint): void {
    const pool = this.#poolOf(ip);
    if (pool === undefined) return;
    const counts = this.#assigned.get(pool.name) ?? { IPv4: 0n, IPv6: 0n };
    counts[ip.family] += by;
    this.#assigned.set(pool.name, counts);
  }
}

type Found = { readonly kind: "found"; readonly addresses: readonly Ip[] } | Refused;
interface Refused {
  readonly kind: "refused";
  readonly because: Refusal;
}
type PoolsFor =
  | {
      readonly kind: "pools";
      /** Where an address asked for by name may lie. */
      readonly onRequest: readonly AddressPool[];
      /** Where one may come from that nobody asked for. */
      readonly unasked: readonly AddressPool[];
    }
  | Refused;

const refused = (reason: Refusal["reason"], message: string): Refused => ({
  kind: "refused",
  because: { reason, message },
});

function whyNone({ families }: Wish, pools: readonly AddressPool[]): Refused {
  const hasAll = pools.some(({ ranges }) => families.every((one) => ranges.some(({ family }) => family === one)));
  return hasAll
    ? refused("LoadBalancerPoolsExhausted", `no available IPs: every address of ${showPools(pools)} is in use`)
    : refused("LoadBalancerFamilyMissing", `it needs ${families.join(" and ")}, which is not in ${showPools(pools)}`);
}

const hasAddress = ({ ranges }: AddressPool, ip: Ip): boolean => ranges.some((range) => inRange(range, ip));
const countIn = (pool: AddressPool, addresses: readonly Ip[]): number =>
  addresses.filter((ip) => hasAddress(pool, ip)).length;
const showPools = (pools: readonly AddressPool[]): string =>
  pools.length === 1 ? `pool ${pools[0]?.name}` : `any of the pools ${pools.map(({ name }) => name).join(", ")}`;
