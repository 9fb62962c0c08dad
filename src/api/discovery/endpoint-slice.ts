import { ageColumn, nameColumn } from "#machinery/columns.ts";
import { defineKind, unchanged } from "#machinery/kind.ts";
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
import { ObjectReference } from "../core/references.ts";
import { ObjectMeta } from "../meta/object-meta.ts";

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

export class EndpointSlice extends object("io.k8s.api.discovery.v1.EndpointSlice", {
  metadata: defaulted(1, ObjectMeta, {}),
  endpoints: defaulted(2, list(Endpoint), []),
  ports: defaulted(3, list(EndpointSlicePort), []),
  addressType: required(4, oneOf("IPv4", "IPv6", "FQDN")),
}) {}

export const endpointSlices = defineKind<typeof EndpointSlice>({
  group: "discovery.k8s.io",
  version: "v1",
  kind: "EndpointSlice",
  plural: "endpointslices",
  singular: "endpointslice",
  shortNames: [],
  categories: [],
  scope: "Namespaced",
  type: EndpointSlice,
  subresources: [],
  columns: [
    nameColumn,
    { name: "AddressType", type: "string", cell: ({ addressType }) => addressType, doc: "IPv4, IPv6 or FQDN." },
    {
      name: "Ports",
      type: "string",
      cell: ({ ports }) => firstOf(ports.map(showPort), "<unset>"),
      doc: "The first port numbers.",
    },
    {
      name: "Endpoints",
      type: "string",
      cell: ({ endpoints }) =>
        firstOf(
          endpoints.flatMap(({ addresses }) => addresses),
          "<unset>",
        ),
      doc: "The first addresses, ready or not.",
    },
    ageColumn,
  ],
  selectableFields: {},
  nameRule: "dns-subdomain",
  derive: unchanged,
  initialStatus: undefined,
  rules: [],
  updateRules: [],
});

/** Source: formatDiscoveryPorts and formatDiscoveryEndpoints in pkg/printers/internalversion/printers.go. */
function firstOf(all: readonly string[], none: string): string {
  if (all.length === 0) return none;
  const shown = all.slice(0, 3).join(",");
  return all.length > 3 ? `${shown} + ${all.length - 3} more...` : shown;
}
const showPort = ({ name, port }: EndpointSlicePort): string => (port === undefined ? name || "*" : String(port));
