import { ageColumn, nameColumn } from "#machinery/columns.ts";
import { type FieldProblem, invalidField, requiredField } from "#machinery/field-problem.ts";
import { defineKind, unchanged } from "#machinery/kind.ts";
import { ipProblems, nonSpecialIpProblems } from "#machinery/rules/addresses.ts";
import { dnsLabelTrouble, dnsSubdomainTrouble } from "#machinery/rules/names.ts";
import { portNumberProblems, protocolProblems } from "#machinery/rules/ports.ts";
import { defaulted, int32, list, object, oneOf, optional, required, string } from "#machinery/schema.ts";
import { ObjectMeta } from "../meta/object-meta.ts";
import { ObjectReference } from "./references.ts";

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

export class Endpoints extends object("io.k8s.api.core.v1.Endpoints", {
  metadata: defaulted(1, ObjectMeta, {}),
  subsets: optional(2, list(EndpointSubset)),
}) {}

export const endpoints = defineKind<typeof Endpoints>({
  group: "",
  version: "v1",
  kind: "Endpoints",
  plural: "endpoints",
  singular: "endpoints",
  shortNames: ["ep"],
  categories: [],
  scope: "Namespaced",
  type: Endpoints,
  subresources: [],
  columns: [
    nameColumn,
    {
      name: "Endpoints",
      type: "string",
      cell: ({ subsets }) => showSubsets(subsets),
      doc: "The first ready address:port pairs.",
    },
    ageColumn,
  ],
  selectableFields: {},
  nameRule: "dns-subdomain",
  derive: unchanged,
  initialStatus: undefined,
  rules: [endpointsProblems],
  updateRules: [],
});

/** Source: formatEndpoints in pkg/printers/internalversion/printers.go. */
function showSubsets(subsets: readonly EndpointSubset[] = []): string {
  const all = subsets.flatMap(({ addresses = [], ports }) =>
    ports === undefined || ports.length === 0
      ? addresses.map(({ ip }) => ip)
      : ports.flatMap(({ port }) =>
          addresses.map(({ ip }) => (ip.includes(":") ? `[${ip}]:${port}` : `${ip}:${port}`)),
        ),
  );
  if (all.length === 0) return "<none>";
  return all.length > 3 ? `${all.slice(0, 3).join(",")} + ${all.length - 3} more...` : all.join(",");
}

// Source: validateEndpointSubsets in pkg/apis/core/validation/validation.go.
type Problems = Iterable<FieldProblem>;

function* endpointsProblems({ subsets = [] }: Endpoints): Problems {
  for (const [i, { addresses = [], notReadyAddresses = [], ports = [] }] of subsets.entries()) {
    const path = `subsets[${i}]`;
    if (addresses.length + notReadyAddresses.length === 0)
      yield requiredField(path, "must specify `addresses` or `notReadyAddresses`");
    for (const [j, address] of addresses.entries()) yield* addressProblems(`${path}.addresses[${j}]`, address);
    for (const [j, address] of notReadyAddresses.entries())
      yield* addressProblems(`${path}.notReadyAddresses[${j}]`, address);
    for (const [j, port] of ports.entries()) yield* portProblems(`${path}.ports[${j}]`, port, ports.length > 1);
  }
}

function* addressProblems(path: string, { ip, hostname, nodeName }: EndpointAddress): Problems {
  const malformed = ipProblems(`${path}.ip`, ip);
  yield* malformed;
  if (hostname !== undefined)
    for (const trouble of dnsLabelTrouble(hostname)) yield invalidField(`${path}.hostname`, hostname, trouble);
  if (nodeName !== undefined)
    for (const trouble of dnsSubdomainTrouble(nodeName)) yield invalidField(`${path}.nodeName`, nodeName, trouble);
  if (malformed.length === 0) yield* nonSpecialIpProblems(`${path}.ip`, ip);
}

function* portProblems(path: string, { name, port, protocol }: EndpointsPort, isNamed: boolean): Problems {
  if (name !== undefined)
    for (const trouble of dnsLabelTrouble(name)) yield invalidField(`${path}.name`, name, trouble);
  else if (isNamed) yield requiredField(`${path}.name`);
  yield* portNumberProblems(`${path}.port`, port);
  yield* protocolProblems(`${path}.protocol`, protocol);
}
