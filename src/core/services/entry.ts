import type { Service } from "#api/core/service.ts";
import type { EndpointSlice } from "#api/discovery/endpoint-slice.ts";
import { type Ip, type IpFamily, parseIp } from "#net/ip.ts";
import type { Reason } from "../reasons.ts";
import { externalCases, internalCases, type Pools } from "./cases.ts";
import { endpointsOf, poolOf } from "./endpoints.ts";
import type { Frontend, NodeFacts, ServiceEntry } from "./service-map.ts";

type ServicePort = NonNullable<Service["spec"]["ports"]>[number];

/** Gives a Service to another proxy, whatever its value. Source: kubernetes.io well-known labels. */
const otherProxyLabel = "service.kubernetes.io/service-proxy-name";
/** Marks a Service that has a cluster IP but wants no proxying. Source: kubernetes.io well-known labels. */
const headlessLabel = "service.kubernetes.io/headless";
/** Names the Service of an EndpointSlice, in the slice's namespace. */
export const serviceNameLabel = "kubernetes.io/service-name";

/** What a Service exposes on one node, from all of its EndpointSlices. */
export function entryOf(service: Service, slices: readonly EndpointSlice[], facts: NodeFacts): ServiceEntry {
  const { metadata } = service;
  const name = `${metadata.namespace}/${metadata.name}`;
  const because = whyNotExposed(service);
  const addresses = clusterIPsOf(service).map((ip) => ({ ip, ours: because === undefined }));
  const frontends =
    because === undefined ? facts.families.flatMap((family) => frontendsOf(service, slices, { ...facts, family })) : [];
  return { name, seniority: `${metadata.creationTimestamp} ${name}`, addresses, frontends, because };
}

function whyNotExposed({ metadata, spec }: Service): Reason | undefined {
  if (spec.type === "ExternalName") return "ExternalName";
  if (spec.clusterIP === "None") return "Headless";
  const labels = metadata.labels ?? {};
  if (otherProxyLabel in labels) return "OtherProxy";
  if (headlessLabel in labels) return "Headless";
  return spec.clusterIP === undefined || spec.clusterIP === "" ? "NoClusterIP" : undefined;
}

/** The cluster IPs of a Service, of both families. */
function clusterIPsOf({ spec }: Service): readonly Ip[] {
  const texts = spec.clusterIPs ?? (spec.clusterIP === undefined ? [] : [spec.clusterIP]);
  return texts.map(parseIp).filter((ip) => ip !== undefined);
}

interface FamilyFacts extends NodeFacts {
  readonly family: IpFamily;
}

function frontendsOf(service: Service, slices: readonly EndpointSlice[], facts: FamilyFacts): readonly Frontend[] {
  const { family } = facts;
  const at = clusterIPsOf(service).filter((ip) => ip.family === family);
  if (at.length === 0) return [];
  return (service.spec.ports ?? []).flatMap((port) =>
    portFrontends(service, port, { family, at, pools: poolsOf(port) }),
  );

  function poolsOf({ name = "", protocol }: ServicePort): Pools {
    const endpoints = endpointsOf(slices, { family, portName: name, protocol });
    return { cluster: poolOf(endpoints, "cluster", facts.nodeName), node: poolOf(endpoints, "node", facts.nodeName) };
  }
}

interface Reached {
  readonly family: IpFamily;
  readonly at: readonly Ip[];
  readonly pools: Pools;
}

function portFrontends(service: Service, port: ServicePort, { family, at, pools }: Reached): readonly Frontend[] {
  const { spec } = service;
  const common = {
    family,
    protocol: port.protocol,
    sources: { kind: "anyone" },
    affinitySeconds: affinitySeconds(service),
  } as const;
  const internal: Frontend = {
    ...common,
    id: frontendId(service, port, { via: "ClusterIP", family }),
    via: "ClusterIP",
    at,
    port: port.port,
    cases: internalCases(pools, spec.internalTrafficPolicy === "Local" ? "Local" : "Cluster"),
  };
  if (port.nodePort === undefined || port.nodePort === 0) return [internal];
  const cases = externalCases(pools, spec.externalTrafficPolicy === "Local" ? "Local" : "Cluster");
  const id = frontendId(service, port, { via: "NodePort", family });
  return [internal, { ...common, id, via: "NodePort", at: "NodeAddresses", port: port.nodePort, cases }];
}

interface Way {
  readonly via: Frontend["via"];
  readonly family: IpFamily;
}

function frontendId({ metadata }: Service, { name = "" }: ServicePort, { via, family }: Way): string {
  const port = name === "" ? "" : `:${name}`;
  return `${metadata.namespace}/${metadata.name}${port}/${via}${family === "IPv6" ? "/IPv6" : ""}`;
}

/**
 * How long one client keeps the same endpoint, in seconds; 0 means no affinity.
 * Source: core/v1 SessionAffinityConfig (default 10800, 1..86400).
 */
export function affinitySeconds({ spec }: Service): number {
  if (spec.sessionAffinity !== "ClientIP") return 0;
  return spec.sessionAffinityConfig?.clientIP?.timeoutSeconds ?? 10_800;
}
