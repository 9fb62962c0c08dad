import type { Pod } from "#api/core/pod.ts";
import type { ClusterFacts } from "./cluster-facts.ts";

/** How a client makes names whole, and whom it asks. */
export interface Resolver {
  /** Whether it asks the cluster's DNS. */
  readonly asksCluster: boolean;
  /** What is put behind names, in turn. */
  readonly search: readonly string[];
  /** A name with so many dots is asked for as it stands first. */
  readonly ndots: number;
  /** The field that says so. */
  readonly field: { readonly name: string; readonly value: string } | undefined;
}

/** Somebody who asks the cluster's DNS for whole names. */
export const bareResolver: Resolver = { asksCluster: true, search: [], ndots: 1, field: undefined };

/**
 * What stands in a pod's /etc/resolv.conf. A pod in its node's network that says nothing else asks the node's servers.
 * Source: kubernetes.io, DNS for Services and Pods; the kubelet's getPodDNSType.
 */
export function podResolver({ metadata, spec }: Pod, { domain, dnsAddresses }: ClusterFacts): Resolver {
  const policy = spec.dnsPolicy;
  const own = spec.dnsConfig;
  const servers = own?.nameservers ?? [];
  const clusterSearch = [`${metadata.namespace}.svc.${domain}`, `svc.${domain}`, domain];
  const isCluster = policy === "ClusterFirstWithHostNet" || (policy === "ClusterFirst" && spec.hostNetwork !== true);
  const asksCluster = isCluster || (policy === "None" && dnsAddresses.some(({ text }) => servers.includes(text)));
  const ndots = own?.options?.find(({ name }) => name === "ndots")?.value;
  return {
    asksCluster,
    search: [...(isCluster ? clusterSearch : []), ...(own?.searches ?? [])],
    ndots: Number(ndots ?? (isCluster ? 5 : 1)),
    field: { name: "spec.dnsPolicy", value: policy },
  };
}

/** The whole names that are asked for, in turn, each with its last dot. Source: resolv.conf(5). */
export function candidates(host: string, { search, ndots }: Resolver): readonly string[] {
  const name = host.toLowerCase();
  if (name.endsWith(".")) return [name];
  const searched = search.map((domain) => `${name}.${domain}.`);
  const dots = name.split(".").length - 1;
  return dots >= ndots ? [`${name}.`, ...searched] : [...searched, `${name}.`];
}
