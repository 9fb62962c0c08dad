import type { Node } from "#api/core/node.ts";
import type { Service } from "#api/core/service.ts";
import { type Cidr, cidrOf, contains } from "#net/cidr.ts";
import { addressBits, type Ip, type IpFamily, parseIp, plus } from "#net/ip.ts";
import { podCidrsOf } from "../node.ts";

/** What holds for a cluster as a whole. No object tells it; it is deduced from those that there are. */
export interface ClusterFacts {
  readonly families: readonly IpFamily[];
  /** Where pods have their addresses. */
  readonly podCidrs: readonly Cidr[];
  /** Where Services have their addresses; at least so much of it as is in use. */
  readonly serviceCidrs: readonly Cidr[];
  /** Where the cluster's names are answered. */
  readonly dnsAddresses: readonly Ip[];
  /** `cluster.local` */
  readonly domain: string;
}

export interface Deduced {
  readonly nodes: readonly Node[];
  readonly services: readonly Service[];
  /** What the server says of the range of Services, where it does (ServiceCIDR, KEP-1880). */
  readonly serviceCidrs: readonly Cidr[];
  readonly domain: string;
}

export function clusterFacts({ nodes, services, serviceCidrs, domain }: Deduced): ClusterFacts {
  const podCidrs = nodes.flatMap(({ spec }) => podCidrsOf(spec));
  const used = services
    .flatMap(({ spec }) => spec.clusterIPs ?? [spec.clusterIP ?? ""])
    .map(parseIp)
    .filter(isThere);
  const first = addressesOfService(services, "default", "kubernetes");
  const ranges = serviceCidrs.length > 0 ? serviceCidrs : spans(used, first);
  const families = new Set([...podCidrs, ...ranges].map(({ family }) => family));
  return {
    families: families.size > 0 ? [...families] : ["IPv4"],
    podCidrs,
    serviceCidrs: ranges,
    dnsAddresses: addressesOfService(services, "kube-system", "kube-dns"),
    domain,
  };
}

const isThere = <T>(value: T | undefined): value is T => value !== undefined;

function addressesOfService(services: readonly Service[], namespace: string, name: string): readonly Ip[] {
  const found = services.find(({ metadata }) => metadata.namespace === namespace && metadata.name === name);
  return (found?.spec.clusterIPs ?? [found?.spec.clusterIP ?? ""]).map(parseIp).filter(isThere);
}

/**
 * The smallest block of each family that holds all addresses in use. The API server's own Service has the first address of the
 * range, so the range reaches at least from there to the last one.
 */
function spans(used: readonly Ip[], first: readonly Ip[]): readonly Cidr[] {
  return (["IPv4", "IPv6"] as const).flatMap((family) => {
    const own = used.filter((ip) => ip.family === family);
    const start = first.find((ip) => ip.family === family) ?? own[0];
    if (start === undefined) return [];
    let prefixLength = addressBits(family) - 4;
    while (prefixLength > 0 && !own.every((ip) => contains(cidrOf(plus(start, 0n), prefixLength), ip))) prefixLength--;
    return [cidrOf(start, prefixLength)];
  });
}
