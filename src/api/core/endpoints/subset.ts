import { defaulted, int32, list, object, oneOf, optional, required, string } from "#machinery/schema.ts";
import { ObjectReference } from "../references.ts";

export class EndpointAddress extends object(
  "io.k8s.api.core.v1.EndpointAddress",
  {
    ip: required(1, string),
    targetRef: optional(2, ObjectReference),
    hostname: optional(3, string),
    nodeName: optional(4, string, { zero: "counts" }),
  },
  { atomic: true },
) {}

export class EndpointsPort extends object(
  "io.k8s.api.core.v1.EndpointPort",
  {
    name: optional(1, string),
    port: required(2, int32()),
    protocol: defaulted(3, oneOf("TCP", "UDP", "SCTP"), "TCP"),
    appProtocol: optional(4, string, { zero: "counts" }),
  },
  { atomic: true },
) {}

export class EndpointSubset extends object("io.k8s.api.core.v1.EndpointSubset", {
  addresses: optional(1, list(EndpointAddress)),
  notReadyAddresses: optional(2, list(EndpointAddress)),
  ports: optional(3, list(EndpointsPort)),
}) {}
