import { defineVersion, unchanged } from "#machinery/kind.ts";
import { defaulted, list, map, object, oneOf, optional, required, set, string } from "#machinery/schema.ts";
import { ObjectReference } from "../../core/references.ts";
import { ObjectMeta } from "../../meta/object-meta.ts";
import { type Endpoint, EndpointConditions, EndpointHints, EndpointSlicePort } from "./endpoint.ts";

export class EndpointV1beta1 extends object("io.k8s.api.discovery.v1beta1.Endpoint", {
  addresses: required(1, set(string, { patch: false })),
  conditions: defaulted(2, EndpointConditions, {}),
  hostname: optional(3, string, { zero: "counts" }),
  targetRef: optional(4, ObjectReference),
  topology: optional(5, map(string)),
  nodeName: optional(6, string, { zero: "counts" }),
  hints: optional(7, EndpointHints),
}) {}

export class EndpointSliceV1beta1 extends object("io.k8s.api.discovery.v1beta1.EndpointSlice", {
  metadata: defaulted(1, ObjectMeta, {}),
  endpoints: defaulted(2, list(EndpointV1beta1), []),
  ports: defaulted(3, list(EndpointSlicePort), []),
  addressType: required(4, oneOf("IPv4", "IPv6", "FQDN")),
}) {}

// Source: pkg/apis/discovery/v1beta1/conversion.go.

const zoneLabel = "topology.kubernetes.io/zone";
const hostLabel = "kubernetes.io/hostname";

/** The zone has a field of its own, and the node where the topology says no other. */
function toHub({ topology, ...endpoint }: EndpointV1beta1) {
  if (topology === undefined) return endpoint;
  const { [zoneLabel]: zone, [hostLabel]: host, ...others } = topology;
  const isTold = host === undefined || host === endpoint.nodeName;
  const deprecatedTopology = isTold ? others : { ...others, [hostLabel]: host };
  return { ...endpoint, zone, deprecatedTopology };
}

function fromHub({ deprecatedTopology, zone, ...endpoint }: Endpoint) {
  const topology = {
    ...(endpoint.nodeName !== undefined && { [hostLabel]: endpoint.nodeName }),
    ...deprecatedTopology,
    ...(zone !== undefined && { [zoneLabel]: zone }),
  };
  return Object.keys(topology).length === 0 ? endpoint : { ...endpoint, topology };
}

export const endpointSliceV1beta1 = defineVersion<
  typeof EndpointSliceV1beta1,
  { readonly endpoints: readonly Endpoint[] }
>({
  group: "discovery.k8s.io",
  version: "v1beta1",
  type: EndpointSliceV1beta1,
  derive: unchanged,
  toHub: (slice) => ({ ...slice, endpoints: slice.endpoints.map(toHub) }),
  fromHub: (slice) => ({ ...slice, endpoints: slice.endpoints.map(fromHub) }),
  deprecation: { deprecatedIn: "v1.21", removedIn: "v1.25", use: "discovery.k8s.io/v1" },
});
