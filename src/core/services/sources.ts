import type { Service } from "#api/core/service.ts";
import { blockOf, type Cidr, contains, parseBlock } from "#net/cidr.ts";
import type { Ip, IpFamily } from "#net/ip.ts";
import type { PassedOver, SourceRule } from "./service-map.ts";

/** Who may come in by a load balancer's address, for each family. */
export interface Sources {
  readonly rule: Readonly<Record<IpFamily, SourceRule>>;
  readonly passedOver: readonly PassedOver[];
}

const anyone: SourceRule = { kind: "anyone" };

/**
 * Reads core/v1 ServiceSpec.loadBalancerSourceRanges, which may have spaces around them. A range that can't be read lets nobody in; it
 * doesn't open the door to everybody, and neither does the absence of ranges in one of two families.
 */
export function sourcesOf({ spec, metadata }: Service): Sources {
  const texts = spec.loadBalancerSourceRanges ?? [];
  if (texts.length === 0) return { rule: { IPv4: anyone, IPv6: anyone }, passedOver: [] };
  const read = texts.map((value, i) => ({
    block: parseBlock(value.trim()),
    field: `spec.loadBalancerSourceRanges[${i}]`,
    value,
  }));
  const blocks = read.flatMap(({ block }) => block ?? []);
  const ruleFor = (family: IpFamily): SourceRule => ({
    kind: "ranges",
    ranges: outermost(blocks.filter((block) => block.family === family)),
    field: "spec.loadBalancerSourceRanges",
  });
  const object = { kind: "Service", name: metadata.name } as const;
  return {
    rule: { IPv4: ruleFor("IPv4"), IPv6: ruleFor("IPv6") },
    passedOver: read.flatMap(({ block, field, value }) =>
      block === undefined ? [{ object, field, value, because: "NotABlock" }] : [],
    ),
  };
}

/** The blocks of one family that lie in no other, ordered by address. */
function outermost(blocks: readonly Cidr[]): readonly Cidr[] {
  const kept: Cidr[] = [];
  for (const block of blocks.toSorted(byFirst)) {
    const last = kept.at(-1);
    if (last === undefined || !contains(last, block.first)) kept.push(block);
  }
  return kept;
}

function byFirst(a: Cidr, b: Cidr): number {
  if (a.first.number === b.first.number) return a.prefixLength - b.prefixLength;
  return a.first.number < b.first.number ? -1 : 1;
}

/**
 * Whom ranges let in at `vip` on a node with these addresses. A node may hold the balancer's address itself: what it sends there comes
 * from that very address, and is let in where the node is. Source: `allowFromNode` in pkg/proxy/nftables/proxier.go.
 */
export function admittedAt(vip: Ip, ranges: readonly Cidr[], nodeAddresses: readonly Ip[]): readonly Cidr[] {
  const admits = (ip: Ip): boolean => ranges.some((block) => contains(block, ip));
  return nodeAddresses.some(admits) && !admits(vip) ? [...ranges, blockOf(vip)] : ranges;
}
