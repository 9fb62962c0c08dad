import { createHash } from "node:crypto";
import { type Lease, leases } from "#api/coordination/lease.ts";
import { type Namespace, namespaces } from "#api/core/namespace.ts";
import { nodes } from "#api/core/node.ts";
import { pods } from "#api/core/pod.ts";
import { type Service, services } from "#api/core/service.ts";
import { endpointSlices } from "#api/discovery/endpoint-slice.ts";
import { ingresses } from "#api/networking/ingress.ts";
import { ingressClasses } from "#api/networking/ingress-class.ts";
import { resourceClient } from "#client/resource.ts";
import type { Transport } from "#client/transport.ts";
import { type ApiObject, parseJson } from "#client/wire.ts";
import { announcingNamespace, recordName } from "#core/addresses/load-balancer/announcing-leases.ts";
import { clusterFacts } from "#core/trace/cluster-facts.ts";
import type { About } from "#core/trace/ingress/wanted-objects.ts";
import type { ProxyMode } from "#core/trace/rules.ts";
import type { Collection, World } from "#core/trace/world.ts";
import { isJsonObject, type JsonObject } from "#machinery/json.ts";
import type { Kind } from "#machinery/kind.ts";
import type { AnyType } from "#machinery/schema.ts";
import { StatusError } from "#machinery/status.ts";
import { type Cidr, parseCidr } from "#net/cidr.ts";
import { parseIp } from "#net/ip.ts";
import { aroundOf, readRouted } from "./trace-routed.ts";

export interface Reading {
  /** What is read where this user may not read all namespaces. */
  readonly namespace: string;
  readonly domain: string;
  /** Of a cluster of this project. */
  readonly proxyMode: "nftables" | "iptables";
  /** Whose Secrets and ConfigMaps are wanted; undefined where the target is no matter of Ingresses. */
  readonly about: About | undefined;
}

/** What a trace is told from, by one list a kind, all at once. What this user may not read is told instead of read. */
export async function readWorld(transport: Transport, reading: Reading): Promise<World> {
  const unread = new Map<Collection, string>();
  const list = <T extends AnyType, O extends ApiObject>(kind: Kind<T, O>, name: Collection): Promise<readonly O[]> =>
    readAll(transport, kind, { namespace: reading.namespace, refused: (why) => unread.set(name, why) });
  const [allServices, slices, allNodes, allPods, allNamespaces, serviceCidrs, kubeProxy, allLeases, ingressLists] =
    await Promise.all([
      list(services, "services"),
      list(endpointSlices, "endpointslices"),
      list(nodes, "nodes"),
      list(pods, "pods"),
      list<AnyType, Namespace>(namespaces, "namespaces"),
      readServiceCidrs(transport),
      kubeProxyMode(transport),
      readAll(transport, leases, { namespace: announcingNamespace, refused: () => {} }),
      Promise.all([list(ingresses, "ingresses"), list(ingressClasses, "ingressclasses")]),
    ]);
  const facts = clusterFacts({ nodes: allNodes, services: allServices, serviceCidrs, domain: reading.domain });
  const [allIngresses, classes] = ingressLists;
  const around = aroundOf({ services: allServices, slices, pods: allPods, classes, families: facts.families });
  // Whose Ingress it is, its class says: without classes nothing can be told of Ingresses.
  const why = unread.get("ingresses") ?? unread.get("ingressclasses");
  if (why !== undefined) unread.set("ingresses", why);
  const routed = unread.has("ingresses")
    ? undefined
    : await readRouted(transport, { ingresses: allIngresses, classes, about: reading.about, around });
  return {
    ...(routed === undefined ? {} : { routed }),
    services: allServices,
    slices,
    nodes: allNodes,
    pods: allPods,
    namespaces: allNamespaces,
    unread,
    announced: announcedIn(allServices, allLeases),
    mode: modeOf(kubeProxy ?? reading.proxyMode),
    facts,
    seen: new Map(),
  };
}

/** Which node answers for the addresses of load balancers, where this project's announcers do. */
function announcedIn(all: readonly Service[], records: readonly Lease[]): ReadonlyMap<string, string> {
  const holders = new Map(records.map(({ metadata, spec }) => [metadata.name, spec.holderIdentity ?? ""]));
  const addresses = all.flatMap(({ status }) => status.loadBalancer.ingress ?? []).map(({ ip = "" }) => parseIp(ip));
  return new Map(
    addresses.flatMap((ip) => {
      const holder = ip && holders.get(recordName(ip));
      return ip === undefined || holder === undefined ? [] : [[ip.text, holder]];
    }),
  );
}

/** kube-proxy has an nftables layout of its own, whose rules are not told here. */
function modeOf(mode: "nftables" | "iptables" | "unknown"): ProxyMode {
  if (mode !== "iptables") return { kind: mode };
  return { kind: "iptables", sha256: (text) => createHash("sha256").update(text).digest() };
}

/**
 * How kube-proxy writes its rules; undefined where the cluster has none that its users can see. Without a mode it is iptables.
 * Source: kubeadm's ConfigMap kube-proxy; KubeProxyConfiguration.mode.
 */
async function kubeProxyMode(transport: Transport): Promise<"iptables" | "unknown" | undefined> {
  const found = await getIfThere(transport, "/api/v1/namespaces/kube-system/configmaps/kube-proxy");
  const text = isJsonObject(found?.data) ? found.data["config.conf"] : undefined;
  if (typeof text !== "string") return undefined;
  const mode = /^mode: *"?(\w*)"?/m.exec(text)?.[1] ?? "";
  return mode === "" || mode === "iptables" ? "iptables" : "unknown";
}

interface ReadAll {
  readonly namespace: string;
  readonly refused: (why: string) => void;
}

/** All namespaces; the one that is asked about where this user may read no more. */
async function readAll<T extends AnyType, O extends ApiObject>(
  transport: Transport,
  kind: Kind<T, O>,
  { namespace, refused }: ReadAll,
): Promise<readonly O[]> {
  const client = resourceClient(transport, kind);
  const scopes = kind.scope === "Namespaced" ? ["", namespace] : [""];
  let why = "";
  for (const scope of scopes) {
    try {
      return (await client.list(scope)).items;
    } catch (fault) {
      if (!(fault instanceof StatusError)) throw fault;
      why = fault.message;
    }
  }
  refused(why);
  return [];
}

/** The range of Services, where the server tells it (ServiceCIDR, from Kubernetes 1.33 on). */
async function readServiceCidrs(transport: Transport): Promise<readonly Cidr[]> {
  const found = await getIfThere(transport, "/apis/networking.k8s.io/v1/servicecidrs");
  const items = Array.isArray(found?.items) ? found.items : [];
  return items
    .flatMap((item: unknown) => (isJsonObject(item) && isJsonObject(item.spec) ? item.spec.cidrs : []))
    .flatMap((cidr: unknown) => (typeof cidr === "string" ? (parseCidr(cidr) ?? []) : []));
}

/** undefined where there is no such thing, or where this user may not see it. */
async function getIfThere(transport: Transport, path: string): Promise<JsonObject | undefined> {
  const answer = await transport.send({
    method: "GET",
    path,
    headers: { accept: "application/json" },
    body: undefined,
  });
  const text = await answer.text();
  const json = answer.status === 200 ? parseJson(text, path) : undefined;
  return isJsonObject(json) ? json : undefined;
}
