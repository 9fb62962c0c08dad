import { rangeOfBlock } from "#api/portolan/load-balancer-pool/rules.ts";
import type { LoadBalancerPool } from "#api/portolan/load-balancer-pool.ts";
import { matchesLabels, selectorOf } from "#machinery/selectors.ts";
import type { Ip, IpFamily } from "#net/ip.ts";
import { type IpRange, inRange, rangeSize, rangesOverlap } from "#net/ip-range.ts";
import type { Refusal, Wish } from "./wish.ts";

/** A pool that addresses are given out of. */
export interface AddressPool {
  readonly name: string;
  readonly ranges: readonly IpRange[];
  readonly autoAssign: boolean;
  /** Whether an address of its ranges must not be given out. */
  readonly isLeftOut: (ip: Ip) => boolean;
  /** How many addresses it has to give. */
  readonly sizes: Readonly<Record<IpFamily, bigint>>;
  readonly suits: (wish: Wish) => boolean;
}

/** Addresses that Services can't have. */
export interface ClusterAddresses {
  readonly ranges: readonly (IpRange & { readonly of: "pods" | "Services" })[];
  readonly nodes: readonly Ip[];
}

/** What a pool is good for. */
export type PoolVerdict =
  | { readonly kind: "usable"; readonly pool: AddressPool }
  | { readonly kind: "refused"; readonly because: Refusal };

/** The verdict on every pool, by name. Of two that overlap the older one is used. */
export function judgePools(
  pools: readonly LoadBalancerPool[],
  cluster: ClusterAddresses,
): ReadonlyMap<string, PoolVerdict> {
  const verdicts = new Map<string, PoolVerdict>();
  const used: AddressPool[] = [];
  for (const pool of pools.toSorted(byAge)) {
    const made = addressPool(pool, cluster.nodes);
    const because = conflict(made, used, cluster);
    verdicts.set(
      pool.metadata.name,
      because === undefined ? { kind: "usable", pool: made } : { kind: "refused", because },
    );
    if (because === undefined) used.push(made);
  }
  return verdicts;
}

/** In the order in which Services without a wish are given addresses of them. */
export function inOrderOfUse(
  pools: readonly LoadBalancerPool[],
  verdicts: ReadonlyMap<string, PoolVerdict>,
): readonly AddressPool[] {
  const priority = ({ spec }: LoadBalancerPool): number => spec.priority ?? Number.MAX_SAFE_INTEGER;
  return pools
    .toSorted((a, b) => priority(a) - priority(b) || byName(a, b))
    .flatMap(({ metadata }) => {
      const verdict = verdicts.get(metadata.name);
      return verdict?.kind === "usable" ? [verdict.pool] : [];
    });
}

const byName = (a: LoadBalancerPool, b: LoadBalancerPool): number => (a.metadata.name < b.metadata.name ? -1 : 1);
function byAge(a: LoadBalancerPool, b: LoadBalancerPool): number {
  const [first, second] = [a.metadata.creationTimestamp, b.metadata.creationTimestamp];
  return first === second ? byName(a, b) : first < second ? -1 : 1;
}

function conflict(pool: AddressPool, older: readonly AddressPool[], { ranges }: ClusterAddresses): Refusal | undefined {
  for (const range of pool.ranges) {
    const own = ranges.find((one) => rangesOverlap(one, range));
    if (own !== undefined)
      return {
        reason: "PoolInClusterRange",
        message: `${range.text} overlaps with the addresses of ${own.of}, ${own.text}`,
      };
    for (const { name, ranges: others } of older) {
      const other = others.find((one) => rangesOverlap(one, range));
      if (other !== undefined)
        return {
          reason: "PoolOverlaps",
          message: `${range.text} overlaps with ${other.text} of the older pool ${name}`,
        };
    }
  }
  return undefined;
}

function addressPool({ metadata, spec }: LoadBalancerPool, nodes: readonly Ip[]): AddressPool {
  const ranges = spec.blocks.flatMap((block) => rangeOfBlock(block) ?? []);
  const { avoidBuggyIPs: avoidsBuggy = false } = spec;
  const reserved = nodes.filter((ip) => ranges.some((range) => inRange(range, ip)) && !(avoidsBuggy && isBuggy(ip)));
  const numbers = new Set(reserved.map(({ text }) => text));
  const sizeOf = (family: IpFamily): bigint =>
    ranges
      .filter((range) => range.family === family)
      .reduce((sum, range) => sum + rangeSize(range) - (avoidsBuggy ? buggyIn(range) : 0n), 0n) -
    BigInt(reserved.filter((ip) => ip.family === family).length);
  const serviceSelector = spec.serviceSelector && selectorOf(spec.serviceSelector);
  const namespaceSelector = spec.namespaceSelector && selectorOf(spec.namespaceSelector);
  return {
    name: metadata.name,
    ranges,
    autoAssign: spec.autoAssign,
    isLeftOut: (ip) => numbers.has(ip.text) || (avoidsBuggy && isBuggy(ip)),
    sizes: { IPv4: sizeOf("IPv4"), IPv6: sizeOf("IPv6") },
    suits: ({ labels, namespaceLabels }) =>
      (serviceSelector === undefined || matchesLabels(serviceSelector, labels)) &&
      (namespaceSelector === undefined || matchesLabels(namespaceSelector, namespaceLabels)),
  };
}

const buggyEnds = [0n, 255n];
const isBuggy = ({ family, number }: Ip): boolean => family === "IPv4" && buggyEnds.includes(number & 255n);

/** How many addresses from `first` to `last` end so. */
function buggyIn({ family, first, last }: IpRange): bigint {
  if (family === "IPv6") return 0n;
  const upTo = (number: bigint, end: bigint): bigint => (number < end ? 0n : (number - end) / 256n + 1n);
  return buggyEnds.reduce((sum, end) => sum + upTo(last.number, end) - upTo(first.number - 1n, end), 0n);
}
