import { ageColumn, nameColumn } from "#machinery/columns.ts";
import { defineKind, unchanged } from "#machinery/kind.ts";
import { defaulted, list, object, oneOf, required } from "#machinery/schema.ts";
import { ObjectMeta } from "../meta/object-meta.ts";
import { Endpoint, EndpointSlicePort } from "./endpoint-slice/endpoint.ts";
import { endpointSliceRules, keptTypeProblems } from "./endpoint-slice/rules.ts";

export {
  Endpoint,
  EndpointConditions,
  EndpointHints,
  EndpointSlicePort,
  ForNode,
  ForZone,
} from "./endpoint-slice/endpoint.ts";

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
  rules: endpointSliceRules,
  updateRules: [keptTypeProblems],
});

/** Source: formatDiscoveryPorts and formatDiscoveryEndpoints in pkg/printers/internalversion/printers.go. */
function firstOf(all: readonly string[], none: string): string {
  if (all.length === 0) return none;
  const shown = all.slice(0, 3).join(",");
  return all.length > 3 ? `${shown} + ${all.length - 3} more...` : shown;
}
const showPort = ({ name, port }: EndpointSlicePort): string => (port === undefined ? name || "*" : String(port));
