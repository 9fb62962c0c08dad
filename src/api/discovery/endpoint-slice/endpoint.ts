import {
  boolean,
  defaulted,
  int32,
  list,
  map,
  object,
  oneOf,
  optional,
  required,
  set,
  string,
} from "#machinery/schema.ts";
import { ObjectReference } from "../../core/references.ts";

export class EndpointConditions extends object("io.k8s.api.discovery.v1.EndpointConditions", {
  ready: optional(1, boolean, { zero: "counts" }),
  serving: optional(2, boolean, { zero: "counts" }),
  terminating: optional(3, boolean, { zero: "counts" }),
}) {}

export class ForNode extends object("io.k8s.api.discovery.v1.ForNode", {
  name: required(1, string),
}) {}

export class ForZone extends object("io.k8s.api.discovery.v1.ForZone", {
  name: required(1, string),
}) {}

export class EndpointHints extends object("io.k8s.api.discovery.v1.EndpointHints", {
  forZones: optional(1, list(ForZone)),
  forNodes: optional(2, list(ForNode)),
}) {}

export class Endpoint extends object("io.k8s.api.discovery.v1.Endpoint", {
  addresses: required(1, set(string, { patch: false })),
  conditions: defaulted(2, EndpointConditions, {}),
  hostname: optional(3, string, { zero: "counts" }),
  targetRef: optional(4, ObjectReference),
  deprecatedTopology: optional(5, map(string)),
  nodeName: optional(6, string, { zero: "counts" }),
  zone: optional(7, string, { zero: "counts" }),
  hints: optional(8, EndpointHints),
}) {}

export class EndpointSlicePort extends object(
  "io.k8s.api.discovery.v1.EndpointPort",
  {
    name: defaulted(1, string, "", { zero: "counts" }),
    protocol: defaulted(2, oneOf("TCP", "UDP", "SCTP"), "TCP", { zero: "counts" }),
    port: optional(3, int32(), { zero: "counts" }),
    appProtocol: optional(4, string, { zero: "counts" }),
  },
  { atomic: true },
) {}
