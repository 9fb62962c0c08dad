import { ageColumn, nameColumn } from "#machinery/columns.ts";
import type { Column } from "#machinery/kind.ts";
import type { ObjectMeta } from "../../meta/object-meta.ts";
import { readiness, restarts, statusWord } from "./progress.ts";
import type { PodSpec } from "./spec.ts";
import type { PodStatus } from "./status.ts";

interface PodRow {
  readonly metadata: ObjectMeta;
  readonly spec: PodSpec;
  readonly status: PodStatus;
}

/** Source: printPod in pkg/printers/internalversion/printers.go. */
export const podColumns: readonly Column<PodRow>[] = [
  nameColumn,
  { name: "Ready", type: "string", cell: readiness, doc: "Containers that are ready, of all." },
  { name: "Status", type: "string", cell: statusWord, doc: "How far it has come, or what keeps it." },
  { name: "Restarts", type: "string", cell: restarts, doc: "How often containers were started again, and when last." },
  ageColumn,
  {
    name: "IP",
    type: "string",
    cell: ({ status }) => status.podIPs?.[0]?.ip ?? "<none>",
    wide: true,
    doc: "Its address.",
  },
  { name: "Node", type: "string", cell: ({ spec }) => spec.nodeName ?? "<none>", wide: true, doc: "Where it runs." },
  {
    name: "Nominated Node",
    type: "string",
    cell: ({ status }) => status.nominatedNodeName ?? "<none>",
    wide: true,
    doc: "Where it will run once others have made room.",
  },
  {
    name: "Readiness Gates",
    type: "string",
    cell: readinessGates,
    wide: true,
    doc: "Conditions of others that hold, of all.",
  },
];

function readinessGates({ spec: { readinessGates: gates = [] }, status: { conditions = [] } }: PodRow): string {
  if (gates.length === 0) return "<none>";
  const held = gates.filter(({ conditionType }) =>
    conditions.some(({ type, status }) => type === conditionType && status === "True"),
  );
  return `${held.length}/${gates.length}`;
}
