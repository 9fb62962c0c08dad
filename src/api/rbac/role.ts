import { nameColumn } from "#machinery/columns.ts";
import { defineKind, unchanged } from "#machinery/kind.ts";
import { defaulted, list, object, optional } from "#machinery/schema.ts";
import { createdAtColumn } from "../meta/created-at-column.ts";
import { ObjectMeta } from "../meta/object-meta.ts";
import { roleProblems } from "./role/rules.ts";
import { PolicyRule, rbacGroup } from "./role/spec.ts";

export class Role extends object("io.k8s.api.rbac.v1.Role", {
  metadata: defaulted(1, ObjectMeta, {}),
  rules: optional(2, list(PolicyRule)),
}) {}

export const roles = defineKind<typeof Role>({
  group: rbacGroup,
  version: "v1",
  kind: "Role",
  plural: "roles",
  singular: "role",
  shortNames: [],
  categories: [],
  scope: "Namespaced",
  type: Role,
  subresources: [],
  columns: [nameColumn, createdAtColumn],
  selectableFields: {},
  nameRule: "path-segment",
  derive: unchanged,
  initialStatus: undefined,
  rules: [roleProblems],
  updateRules: [],
});
