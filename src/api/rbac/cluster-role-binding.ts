import { ageColumn, nameColumn } from "#machinery/columns.ts";
import { defineKind } from "#machinery/kind.ts";
import { defaulted, list, object, optional, required } from "#machinery/schema.ts";
import { ObjectMeta } from "../meta/object-meta.ts";
import { roleColumn, subjectColumns } from "./columns.ts";
import { clusterRoleBindingProblems, deriveBinding, keptRoleProblems } from "./role/rules.ts";
import { RoleRef, rbacGroup, Subject } from "./role/spec.ts";

export class ClusterRoleBinding extends object("io.k8s.api.rbac.v1.ClusterRoleBinding", {
  metadata: defaulted(1, ObjectMeta, {}),
  subjects: optional(2, list(Subject)),
  roleRef: required(3, RoleRef),
}) {}

export const clusterRoleBindings = defineKind<typeof ClusterRoleBinding>({
  group: rbacGroup,
  version: "v1",
  kind: "ClusterRoleBinding",
  plural: "clusterrolebindings",
  singular: "clusterrolebinding",
  shortNames: [],
  categories: [],
  scope: "Cluster",
  type: ClusterRoleBinding,
  subresources: [],
  columns: [nameColumn, roleColumn, ageColumn, ...subjectColumns],
  selectableFields: {},
  nameRule: "path-segment",
  derive: deriveBinding,
  initialStatus: undefined,
  rules: [clusterRoleBindingProblems],
  updateRules: [keptRoleProblems],
});
