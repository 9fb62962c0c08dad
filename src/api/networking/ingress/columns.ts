import { ageColumn, nameColumn } from "#machinery/columns.ts";
import type { Column } from "#machinery/kind.ts";
import type { ObjectMeta } from "../../meta/object-meta.ts";
import type { IngressLoadBalancerStatus, IngressRule, IngressSpec, IngressStatus } from "./spec.ts";

interface Row {
  readonly metadata: ObjectMeta;
  readonly spec: IngressSpec;
  readonly status: IngressStatus;
}

/** Source: printIngress in pkg/printers/internalversion/printers.go. */
export const ingressColumns: readonly Column<Row>[] = [
  nameColumn,
  {
    name: "Class",
    type: "string",
    cell: ({ spec }) => spec.ingressClassName ?? "<none>",
    doc: "The IngressClass that it belongs to.",
  },
  { name: "Hosts", type: "string", cell: ({ spec }) => showHosts(spec.rules), doc: "The first hosts; * for any." },
  {
    name: "Address",
    type: "string",
    cell: ({ status }) => showAddresses(status.loadBalancer),
    doc: "Where its controller answers for it.",
  },
  {
    name: "Ports",
    type: "string",
    cell: ({ spec }) => (spec.tls === undefined ? "80" : "80, 443"),
    doc: "The ports that it is answered at: 443 too where it has certificates.",
  },
  ageColumn,
];

const mostHosts = 3;

/** A fourth rule is told of, with or without a host, as in formatHosts there. */
function showHosts(rules: readonly IngressRule[] = []): string {
  const hosts: string[] = [];
  for (const { host } of rules) {
    if (hosts.length === mostHosts) return `${hosts.join(",")} + ${rules.length - mostHosts} more...`;
    if (host !== undefined) hosts.push(host);
  }
  return hosts.join(",") || "*";
}

const showAddresses = ({ ingress = [] }: IngressLoadBalancerStatus): string =>
  [...new Set(ingress.flatMap(({ ip, hostname }) => ip ?? hostname ?? []))].toSorted().join(",");
