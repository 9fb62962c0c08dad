import { ageColumn, nameColumn } from "#machinery/columns.ts";
import type { Column } from "#machinery/kind.ts";
import { showHost } from "#net/http1/authority.ts";
import type { ObjectMeta } from "../../meta/object-meta.ts";
import type { EndpointSubset } from "./subset.ts";

interface Row {
  readonly metadata: ObjectMeta;
  readonly subsets?: readonly EndpointSubset[];
}

export const endpointsColumns: readonly Column<Row>[] = [
  nameColumn,
  {
    name: "Endpoints",
    type: "string",
    cell: ({ subsets }) => showSubsets(subsets),
    doc: "The first ready address:port pairs.",
  },
  ageColumn,
];

/** Source: formatEndpoints in pkg/printers/internalversion/printers.go. */
function showSubsets(subsets: readonly EndpointSubset[] = []): string {
  const all = subsets.flatMap(({ addresses = [], ports }) =>
    ports === undefined || ports.length === 0
      ? addresses.map(({ ip }) => ip)
      : ports.flatMap(({ port }) => addresses.map(({ ip }) => `${showHost(ip)}:${port}`)),
  );
  if (all.length === 0) return "<none>";
  return all.length > 3 ? `${all.slice(0, 3).join(",")} + ${all.length - 3} more...` : all.join(",");
}
