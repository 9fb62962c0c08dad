import { defineKind, statusSubresource, unchanged } from "#machinery/kind.ts";
import { defaulted, object } from "#machinery/schema.ts";
import { ObjectMeta } from "../meta/object-meta.ts";
import { nodeColumns } from "./node/columns.ts";
import { nodeProblems } from "./node/rules.ts";
import { NodeSpec } from "./node/spec.ts";
import { NodeStatus } from "./node/status.ts";

export { Taint } from "./node/spec.ts";
export { NodeCondition, NodeStatus, NodeSystemInfo } from "./node/status.ts";

export class Node extends object("io.k8s.api.core.v1.Node", {
  metadata: defaulted(1, ObjectMeta, {}),
  spec: defaulted(2, NodeSpec, {}),
  status: defaulted(3, NodeStatus, {}),
}) {}

export const nodes = defineKind<typeof Node>({
  group: "",
  version: "v1",
  kind: "Node",
  plural: "nodes",
  singular: "node",
  shortNames: ["no"],
  categories: [],
  scope: "Cluster",
  type: Node,
  subresources: [
    {
      name: "proxy",
      kind: { group: "", version: "v1", kind: "NodeProxyOptions" },
      verbs: ["create", "delete", "get", "patch", "update"],
    },
    statusSubresource,
  ],
  columns: nodeColumns,
  selectableFields: { "spec.unschedulable": ({ spec }) => String(spec.unschedulable ?? false) },
  nameRule: "dns-subdomain",
  derive: unchanged,
  // Agents register with their status in one request.
  initialStatus: ({ status }) => status,
  rules: [nodeProblems],
  updateRules: [],
});
