import { nameColumn } from "#machinery/columns.ts";
import { defineKind, unchanged } from "#machinery/kind.ts";
import { defaulted, list, object, optional } from "#machinery/schema.ts";
import { createdAtColumn } from "../meta/created-at-column.ts";
import { ObjectMeta } from "../meta/object-meta.ts";
import { clusterRoleProblems } from "./role/rules.ts";
import { AggregationRule, PolicyRule, rbacGroup } from "./role/spec.ts";

export class ClusterRole extends object("io.k8s.api.rbac.v1.ClusterRole", {
  metadata: defaulted(1, ObjectMeta, {}),
  rules: optional(2, list(PolicyRule)),
  aggregationRule: optional(3, AggregationRule),
}) {}

export const clusterRoles = defineKind<typeof ClusterRole>({
  group: rbacGroup,
  version: "v1",
  kind: "ClusterRole",
  plural: "clusterroles",
  singular: "clusterrole",
  shortNames: [],
  categories: [],
  scope: "Cluster",
  type: ClusterRole,
  subresources: [],
  columns: [nameColumn, createdAtColumn],
  selectableFields: {},
  nameRule: "path-segment",
  derive: unchanged,
  initialStatus: undefined,
  rules: [clusterRoleProblems],
  updateRules: [],
});
