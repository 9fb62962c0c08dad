import { ageColumn, nameColumn } from "#machinery/columns.ts";
import { defineKind, unchanged } from "#machinery/kind.ts";
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
  rules: [],
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
