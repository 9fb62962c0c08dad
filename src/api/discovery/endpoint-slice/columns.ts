import { ageColumn, nameColumn } from "#machinery/columns.ts";
import type { Column } from "#machinery/kind.ts";
import type { ObjectMeta } from "../../meta/object-meta.ts";
import type { Endpoint, EndpointSlicePort } from "./endpoint.ts";

interface Row {
  readonly metadata: ObjectMeta;
  readonly addressType: string;
  readonly endpoints: readonly Endpoint[];
  readonly ports: readonly EndpointSlicePort[];
}

export const endpointSliceColumns: readonly Column<Row>[] = [
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
];

/** Source: formatDiscoveryPorts and formatDiscoveryEndpoints in pkg/printers/internalversion/printers.go. */
function firstOf(all: readonly string[], none: string): string {
  if (all.length === 0) return none;
  const shown = all.slice(0, 3).join(",");
  return all.length > 3 ? `${shown} + ${all.length - 3} more...` : shown;
}
const showPort = ({ name, port }: EndpointSlicePort): string => (port === undefined ? name || "*" : String(port));
