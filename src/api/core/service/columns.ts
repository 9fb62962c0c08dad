import { ageColumn, nameColumn, showLabels } from "#machinery/columns.ts";
import type { Column } from "#machinery/kind.ts";
import type { ObjectMeta } from "../../meta/object-meta.ts";
import type { ServicePort, ServiceSpec, ServiceStatus } from "./spec.ts";

interface Row {
  readonly metadata: ObjectMeta;
  readonly spec: ServiceSpec;
  readonly status: ServiceStatus;
}

/** Source: printService in pkg/printers/internalversion/printers.go. */
export const serviceColumns: readonly Column<Row>[] = [
  nameColumn,
  { name: "Type", type: "string", cell: ({ spec }) => spec.type, doc: "From where it can be reached." },
  {
    name: "Cluster-IP",
    type: "string",
    cell: ({ spec }) => spec.clusterIPs?.[0] ?? spec.clusterIP ?? "<none>",
    doc: "Its address inside the cluster; None for a headless one.",
  },
  { name: "External-IP", type: "string", cell: externalAddresses, doc: "Where clients outside the cluster find it." },
  {
    name: "Port(s)",
    type: "string",
    cell: ({ spec }) => ports(spec.ports),
    doc: "port:nodePort/protocol of each port.",
  },
  ageColumn,
  {
    name: "Selector",
    type: "string",
    cell: ({ spec }) => showLabels(spec.selector),
    wide: true,
    doc: "The pods behind it.",
  },
];

function externalAddresses({ spec, status }: Row): string {
  switch (spec.type) {
    case "ClusterIP":
    case "NodePort":
      return spec.externalIPs?.join(",") ?? "<none>";
    case "LoadBalancer": {
      const assigned = [
        ...new Set(status.loadBalancer.ingress?.flatMap(({ ip, hostname }) => ip ?? hostname ?? [])),
      ].toSorted();
      return [...assigned, ...(spec.externalIPs ?? [])].join(",") || "<pending>";
    }
    case "ExternalName":
      return spec.externalName ?? "<none>";
    default:
      return "<unknown>";
  }
}

const ports = (all: readonly ServicePort[] = []): string => all.map(showPort).join(",") || "<none>";
const showPort = ({ port, nodePort, protocol }: ServicePort): string =>
  nodePort === undefined ? `${port}/${protocol}` : `${port}:${nodePort}/${protocol}`;
