import { ageColumn, nameColumn } from "#machinery/columns.ts";
import type { Column } from "#machinery/kind.ts";
import type { ObjectMeta } from "../../meta/object-meta.ts";
import type { NodeSpec } from "./spec.ts";
import type { NodeStatus } from "./status.ts";

interface Row {
  readonly metadata: ObjectMeta;
  readonly spec: NodeSpec;
  readonly status: NodeStatus;
}

/** Source: printNode in pkg/printers/internalversion/printers.go. */
export const nodeColumns: readonly Column<Row>[] = [
  nameColumn,
  { name: "Status", type: "string", cell: readiness, doc: "Ready or not, and whether pods may be placed on it." },
  { name: "Roles", type: "string", cell: roles, doc: "From its labels node-role.kubernetes.io/…." },
  ageColumn,
  {
    name: "Version",
    type: "string",
    cell: ({ status }) => status.nodeInfo?.kubeletVersion ?? "",
    doc: "Of its agent.",
  },
  {
    name: "Internal-IP",
    type: "string",
    cell: (node) => addressOf(node, "InternalIP"),
    wide: true,
    doc: "In the cluster.",
  },
  {
    name: "External-IP",
    type: "string",
    cell: (node) => addressOf(node, "ExternalIP"),
    wide: true,
    doc: "From outside.",
  },
  {
    name: "OS-Image",
    type: "string",
    cell: ({ status }) => status.nodeInfo?.osImage || "<unknown>",
    wide: true,
    doc: "Its system.",
  },
  {
    name: "Kernel-Version",
    type: "string",
    cell: ({ status }) => status.nodeInfo?.kernelVersion || "<unknown>",
    wide: true,
    doc: "Its kernel.",
  },
  {
    name: "Container-Runtime",
    type: "string",
    cell: ({ status }) => status.nodeInfo?.containerRuntimeVersion || "<unknown>",
    wide: true,
    doc: "What runs its containers.",
  },
];

function readiness({ spec, status }: Row): string {
  const ready = status.conditions?.find(({ type }) => type === "Ready");
  const shown = ready === undefined ? "Unknown" : ready.status === "True" ? "Ready" : "NotReady";
  return spec.unschedulable ? `${shown},SchedulingDisabled` : shown;
}

const roleLabel = "node-role.kubernetes.io/";
function roles({ metadata: { labels = {} } }: Row): string {
  const named = Object.entries(labels).flatMap(([key, value]) => {
    if (key.startsWith(roleLabel)) return key.length > roleLabel.length ? [key.slice(roleLabel.length)] : [];
    return key === "kubernetes.io/role" && value !== "" ? [value] : [];
  });
  return [...new Set(named)].toSorted().join(",") || "<none>";
}

const addressOf = ({ status }: Row, wanted: string): string =>
  status.addresses?.find(({ type }) => type === wanted)?.address ?? "<none>";
