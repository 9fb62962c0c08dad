import type { Pod } from "#api/core/pod.ts";

/** What a pod's resolver and hosts file are made from. */
export interface NetworkFacts {
  readonly clusterDomain: string;
  /** Where the cluster's DNS answers. */
  readonly clusterDns: readonly string[];
  /** The machine's own resolver settings, for dnsPolicy Default. */
  readonly host: ResolverSettings;
  readonly addresses: readonly string[];
  /** The machine's. */
  readonly hostname: string;
}
export interface ResolverSettings {
  readonly nameservers: readonly string[];
  readonly searches: readonly string[];
  readonly options: readonly string[];
}

/** The pod's host name: its `hostname`, else its name, cut to the 63 bytes that Linux takes. */
export function hostnameOf({ metadata, spec }: Pod): string {
  return (spec.hostnameOverride ?? spec.hostname ?? metadata.name).slice(0, 63).replace(/[-.]+$/, "");
}

/** `hostname.subdomain.namespace.svc.domain`, for pods that have a subdomain. */
function fullNameOf(pod: Pod, clusterDomain: string): string | undefined {
  const { subdomain } = pod.spec;
  return subdomain === undefined
    ? undefined
    : `${hostnameOf(pod)}.${subdomain}.${pod.metadata.namespace}.svc.${clusterDomain}`;
}

/** The pod's `/etc/resolv.conf`. Source: core/v1 PodSpec.dnsPolicy and dnsConfig; ndots:5 as the kubelet writes it. */
export function resolvConf(pod: Pod, facts: NetworkFacts): string {
  const base = resolverOf(pod, facts);
  const own = pod.spec.dnsConfig;
  const nameservers = unique([...base.nameservers, ...(own?.nameservers ?? [])]).slice(0, mostNameservers);
  const searches = unique([...base.searches, ...(own?.searches ?? [])]).slice(0, mostSearches);
  const options = new Map(base.options.map((option) => [option.split(":")[0] ?? "", option]));
  for (const { name = "", value } of own?.options ?? [])
    options.set(name, value === undefined ? name : `${name}:${value}`);
  return [
    searches.length > 0 ? `search ${searches.join(" ")}\n` : "",
    ...nameservers.map((server) => `nameserver ${server}\n`),
    options.size > 0 ? `options ${[...options.values()].join(" ")}\n` : "",
  ].join("");
}

function resolverOf({ metadata, spec }: Pod, { clusterDomain, clusterDns, host }: NetworkFacts): ResolverSettings {
  if (spec.dnsPolicy === "None") return { nameservers: [], searches: [], options: [] };
  if (spec.dnsPolicy === "Default" || (spec.dnsPolicy === "ClusterFirst" && spec.hostNetwork === true)) return host;
  const own = [`${metadata.namespace}.svc.${clusterDomain}`, `svc.${clusterDomain}`, clusterDomain];
  return { nameservers: clusterDns, searches: [...own, ...host.searches], options: ["ndots:5"] };
}

/** What resolvers read at most (resolv.conf(5)); the kubelet cuts there too. */
const mostNameservers = 3;
const mostSearches = 32;

const unique = (all: readonly string[]): readonly string[] => [...new Set(all)];

/** The pod's `/etc/hosts`; `hostAliases` at its end. Source: the kubelet's managedHostsFileContent. */
export function hostsFile(pod: Pod, { addresses, clusterDomain }: NetworkFacts): string {
  const names = [fullNameOf(pod, clusterDomain), hostnameOf(pod)].filter((name) => name !== undefined);
  const fixed = [
    "127.0.0.1\tlocalhost",
    "::1\tlocalhost ip6-localhost ip6-loopback",
    "fe00::0\tip6-localnet",
    "fe00::0\tip6-mcastprefix",
    "fe00::1\tip6-allnodes",
    "fe00::2\tip6-allrouters",
  ];
  const own = addresses.map((address) => `${address}\t${names.join("\t")}`);
  const given = (pod.spec.hostAliases ?? []).map(({ ip, hostnames = [] }) => `${ip}\t${hostnames.join("\t")}`);
  const aliases = given.length === 0 ? [] : ["", "# Entries added by HostAliases.", ...given];
  return `${["# Kubernetes-managed hosts file.", ...fixed, ...own, ...aliases].join("\n")}\n`;
}

/** Reads a resolv.conf (resolv.conf(5)); what it doesn't know is left out. */
export function readResolvConf(text: string): ResolverSettings {
  const lines = text.split("\n").map((line) =>
    line
      .replace(/[#;].*/, "")
      .trim()
      .split(/\s+/),
  );
  const of = (word: string): readonly (readonly string[])[] =>
    lines.filter(([first]) => first === word).map(([, ...rest]) => rest);
  return {
    nameservers: of("nameserver").flatMap(([server]) => (server === undefined ? [] : [server])),
    searches: of("search").at(-1) ?? of("domain").at(-1) ?? [],
    options: of("options").flat(),
  };
}
