import { type Documented, documented } from "#machinery/openapi/docs.ts";
import * as parts from "./endpoint-slice/endpoint.ts";
import { EndpointSliceV1beta1, EndpointV1beta1 } from "./endpoint-slice/v1beta1.ts";
import { EndpointSlice } from "./endpoint-slice.ts";

const slice = {
  "": "Some of the endpoints of a Service, of one address family. The label kubernetes.io/service-name says of which one.",
  metadata: "Name, namespace, labels, annotations.",
  addressType: "IPv4, IPv6, or FQDN for names. It can't be changed.",
  endpoints: "Who receives the traffic, at most 1000.",
  ports: "The ports on which each of them does.",
};
const endpoint = {
  "": "One receiver of traffic, most often a pod.",
  addresses: "Its addresses, which mean the same. Only the first is used.",
  conditions: "Whether it may get traffic.",
  hostname: "The name under which a headless Service answers for it alone.",
  targetRef: "The object that it stands for.",
  nodeName: "The node that it is on.",
  hints: "For whom it is meant.",
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
    terminating: "It is ending.",
  }),
  documented(parts.EndpointSlicePort, {
    "": "One port of all endpoints of a slice.",
    name: "The name of the Service's port that leads here.",
    protocol: "TCP, UDP or SCTP.",
    port: "Its number.",
    appProtocol: "What is spoken there, as a hint.",
  }),
  documented(parts.EndpointHints, {
    "": "For whom an endpoint is meant.",
    forZones: "Clients in these zones.",
    forNodes: "Clients on these nodes.",
  }),
  documented(parts.ForZone, { "": "One zone.", name: "Its name." }),
  documented(parts.ForNode, { "": "One node.", name: "Its name." }),
];
