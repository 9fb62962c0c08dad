import type { Service } from "#api/core/service.ts";
import { headlessLabel } from "#api/discovery/endpoint-slice/labels.ts";
import type { EndpointSlice } from "#api/discovery/endpoint-slice.ts";
import type { Ip, IpFamily } from "#net/ip.ts";
import type { Reason } from "../reasons.ts";
import { addressesOf, type ServiceIps } from "./addresses.ts";
import { endpointsOf, unusableIn } from "./endpoints.ts";
import { portFrontends, wrongPortsOf } from "./frontends.ts";
import { healthOf } from "./health.ts";
import { poolsOf } from "./pools.ts";
import type { Frontend, NodeFacts, ServiceEntry } from "./service-map.ts";
import { type Sources, sourcesOf } from "./sources.ts";

/** Gives a Service to another proxy, whatever its value. Source: kubernetes.io well-known labels. */
const otherProxyLabel = "service.kubernetes.io/service-proxy-name";

/** What a Service exposes on one node, from all of its EndpointSlices. */
export function entryOf(service: Service, slices: readonly EndpointSlice[], facts: NodeFacts): ServiceEntry {
  const { metadata } = service;
  const name = `${metadata.namespace}/${metadata.name}`;
  const because = whyNotExposed(service);
  const ips = addressesOf(service);
  const entry = {
    name,
    seniority: `${metadata.creationTimestamp} ${name}`,
    addresses: ips.cluster.map((ip) => ({ ip, ours: because === undefined })),
    because,
  };
  if (because !== undefined) return { ...entry, frontends: [], passedOver: [], health: undefined };
  const sources = sourcesOf(service);
  return {
    ...entry,
    frontends: facts.families.flatMap((family) => frontendsOf(service, slices, { facts, family, ips, sources })),
    passedOver: [
      ...ips.passedOver,
      ...sources.passedOver,
      ...wrongPortsOf(service),
      ...slices.flatMap((slice) => unusableIn(slice)),
    ],
    health: healthOf(service, slices, facts),
  };
}

function whyNotExposed({ metadata, spec }: Service): Reason | undefined {
  if (spec.type === "ExternalName") return "ExternalName";
  if (spec.clusterIP === "None") return "Headless";
  const labels = metadata.labels ?? {};
  if (otherProxyLabel in labels) return "OtherProxy";
  if (headlessLabel in labels) return "Headless";
  return spec.clusterIP === undefined || spec.clusterIP === "" ? "NoClusterIP" : undefined;
}

interface Around {
  readonly facts: NodeFacts;
  readonly family: IpFamily;
  readonly ips: ServiceIps;
  readonly sources: Sources;
}

// A Service without a cluster IP of a family is not exposed in it at all.
function frontendsOf(service: Service, slices: readonly EndpointSlice[], around: Around): readonly Frontend[] {
  const { facts, family, ips, sources } = around;
  const ofFamily = (all: readonly Ip[]): readonly Ip[] => all.filter((ip) => ip.family === family);
  const cluster = ofFamily(ips.cluster);
  if (cluster.length === 0) return [];
  return (service.spec.ports ?? []).flatMap((port) => {
    const endpoints = endpointsOf(slices, { family, portName: port.name ?? "", protocol: port.protocol });
    return portFrontends(service, port, {
      family,
      cluster,
      external: ofFamily(ips.external),
      balancer: ofFamily(ips.balancer),
      sources: sources.rule[family],
      pools: poolsOf(endpoints, facts),
    });
  });
}
