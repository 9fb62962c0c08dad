import { type Cidr, overlaps, subnet } from "#net/cidr.ts";
import { addressBits, type IpFamily } from "#net/ip.ts";

/** Where the nodes' blocks of pod addresses of one family come from. */
export interface BlockSource {
  /** Addresses of all pods. */
  readonly cluster: Cidr;
  /** Of each node's block. */
  readonly prefixLength: number;
}

/** Source: --node-cidr-mask-size-ipv4 and -ipv6 of kube-controller-manager. */
const usualPrefix: Readonly<Record<IpFamily, number>> = { IPv4: 24, IPv6: 64 };

/** Kubernetes' own sizes, smaller where the cluster's block would not be enough for so many nodes. */
export const blockSources = (clusterCidrs: readonly Cidr[], nodeCount: number): readonly BlockSource[] =>
  clusterCidrs.map((cluster) => {
    const bits = Math.ceil(Math.log2(Math.max(1, nodeCount)));
    const wanted = Math.max(usualPrefix[cluster.family], cluster.prefixLength + bits);
    return { cluster, prefixLength: Math.min(wanted, addressBits(cluster.family)) };
  });

/** The first free block of every source; undefined where one has none left. */
export function freeBlocks(sources: readonly BlockSource[], taken: readonly Cidr[]): readonly Cidr[] | undefined {
  const found = sources.flatMap((source) => freeBlock(source, taken) ?? []);
  return found.length === sources.length ? found : undefined;
}

function freeBlock({ cluster, prefixLength }: BlockSource, taken: readonly Cidr[]): Cidr | undefined {
  const near = taken.filter((block) => overlaps(block, cluster));
  for (let index = 0; ; index++) {
    const block = subnet(cluster, prefixLength, index);
    if (block === undefined || !near.some((one) => overlaps(one, block))) return block;
  }
}
