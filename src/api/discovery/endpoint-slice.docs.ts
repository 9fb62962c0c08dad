import { type Documented, documented } from "#machinery/openapi/docs.ts";
import * as parts from "./endpoint-slice/endpoint.ts";
import { EndpointSliceV1beta1, EndpointV1beta1 } from "./endpoint-slice/v1beta1.ts";
import { EndpointSlice } from "./endpoint-slice.ts";

const slice = {
  "": "Some of the endpoints of a Service, of one address family. A Service may have many.",
  metadata:
    "Its label kubernetes.io/service-name says whose it is, endpointslice.kubernetes.io/managed-by who writes it.",
  addressType: "IPv4, IPv6, or FQDN for names. It can't be changed.",
  endpoints: "Who receives the traffic, at most 1000; more go into another slice.",
  ports: "The ports on which each of them does, at most 100.",
};
const endpoint = {
  "": "One receiver of traffic, most often a pod.",
  addresses: "Its addresses, which mean the same. Only the first is used.",
  conditions: "Whether it may get traffic, and whether it is about to go.",
  hostname: "The name under which a headless Service answers for it alone.",
  targetRef: "The object that it stands for.",
  nodeName: "The node that it is on.",
  hints: "Clients of which zones or nodes should use it, where the Service prefers nearby pods.",
};

export const endpointSliceDocs: readonly Documented[] = [
  documented(EndpointSlice, slice),
  documented(EndpointSliceV1beta1, slice),
  documented(parts.Endpoint, {
    ...endpoint,
    deprecatedTopology: "Of an older version; read, never acted on.",
    zone: "The zone that it is in.",
  }),
  documented(EndpointV1beta1, {
    ...endpoint,
    topology: "Where it is: its node by kubernetes.io/hostname, its zone by topology.kubernetes.io/zone.",
  }),
  documented(parts.EndpointConditions, {
    "": "Whether an endpoint may get traffic. What is left out counts as good.",
    ready: "It may get new connections. Never while it ends, unless the Service publishes pods before they are ready.",
    serving: "It answers, also while it ends.",
    terminating: "It is ending, and gets new connections only where no ready one is left.",
  }),
  documented(parts.EndpointSlicePort, {
    "": "One port of all endpoints of a slice.",
    name: "The name of the Service's port that leads here.",
    protocol: "TCP, also where left out, UDP or SCTP.",
    port: "The number of the port at the endpoints; any port where left out.",
    appProtocol: "What is spoken there, as a hint: http, https, kubernetes.io/h2c, …",
  }),
  documented(parts.EndpointHints, {
    "": "For whom an endpoint is meant.",
    forZones: "Clients in these zones should use it, at most 8.",
    forNodes: "Clients on these nodes should use it, at most 8.",
  }),
  documented(parts.ForZone, {
    "": "A zone whose clients are meant.",
    name: "The zone, as nodes have it in topology.kubernetes.io/zone.",
  }),
  documented(parts.ForNode, {
    "": "A node whose clients are meant.",
    name: "What the node is called, as in spec.nodeName of its pods.",
  }),
];
