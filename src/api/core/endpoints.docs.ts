import { type Documented, documented } from "#machinery/openapi/docs.ts";
import * as subset from "./endpoints/subset.ts";
import { Endpoints } from "./endpoints.ts";

export const endpointsDocs: readonly Documented[] = [
  documented(Endpoints, {
    "": "The addresses behind the Service of the same name, in the old form of at most 1000. EndpointSlices have taken its place.",
    metadata: "The name is that of the Service.",
    subsets: "The addresses, by the ports that they answer on: each address of a subset answers on all of its ports.",
  }),
  documented(subset.EndpointSubset, {
    "": "Addresses that answer on the same ports.",
    addresses: "Where the Service's traffic may go.",
    notReadyAddresses: "Addresses that get no traffic yet, or no more: their pods aren't ready.",
    ports: "The ports that all of these addresses answer on; none means that there are only addresses, as for DNS.",
  }),
  documented(subset.EndpointAddress, {
    "": "One address behind a Service.",
    ip: "The address, IPv4 or IPv6; not one of loopback or link-local.",
    targetRef: "The pod that has the address, where it is one.",
    hostname: "Its own name in DNS, below that of the Service.",
    nodeName: "The node that it is on, for traffic that shall stay there.",
  }),
  documented(subset.EndpointsPort, {
    "": "A port that addresses behind a Service answer on.",
    name: "The name of the Service's port that leads here; may be left out where there is only one.",
    port: "The number of the port at the address itself, from 1 to 65535.",
    protocol: "TCP, also where left out, UDP or SCTP.",
    appProtocol: "What is spoken there, as in http or kubernetes.io/h2c; a hint that nothing is bound by.",
  }),
];
