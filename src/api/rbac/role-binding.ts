import { ageColumn, nameColumn } from "#machinery/columns.ts";
import { defineKind } from "#machinery/kind.ts";
import { defaulted, list, object, optional, required } from "#machinery/schema.ts";
import { ObjectMeta } from "../meta/object-meta.ts";
import { roleColumn, subjectColumns } from "./columns.ts";
import { deriveBinding, keptRoleProblems, roleBindingProblems } from "./role/rules.ts";
import { RoleRef, rbacGroup, Subject } from "./role/spec.ts";

export class RoleBinding extends object("io.k8s.api.rbac.v1.RoleBinding", {
  metadata: defaulted(1, ObjectMeta, {}),
  subjects: optional(2, list(Subject)),
  roleRef: required(3, RoleRef),
}) {}

export const roleBindings = defineKind<typeof RoleBinding>({
  group: rbacGroup,
  version: "v1",
  kind: "RoleBinding",
  plural: "rolebindings",
  singular: "rolebinding",
  shortNames: [],
  categories: [],
  scope: "Namespaced",
  type: RoleBinding,
  subresources: [],
  columns: [nameColumn, roleColumn, ageColumn, ...subjectColumns],
  selectableFields: {},
  nameRule: "path-segment",
  derive: deriveBinding,
  initialStatus: undefined,
  rules: [roleBindingProblems],
  updateRules: [keptRoleProblems],
});
