import { nameColumn } from "#machinery/columns.ts";
import { defineKind } from "#machinery/kind.ts";
import { defaulted, object } from "#machinery/schema.ts";
import { createdAtColumn } from "../meta/created-at-column.ts";
import { ObjectMeta } from "../meta/object-meta.ts";
import { deriveLimitRange } from "./limit-range/defaults.ts";
import { limitRangeProblems } from "./limit-range/rules.ts";
import { LimitRangeSpec } from "./limit-range/spec.ts";

export class LimitRange extends object("io.k8s.api.core.v1.LimitRange", {
  metadata: defaulted(1, ObjectMeta, {}),
  spec: defaulted(2, LimitRangeSpec, {}),
}) {}

export const limitRanges = defineKind<typeof LimitRange>({
  group: "",
  version: "v1",
  kind: "LimitRange",
  plural: "limitranges",
  singular: "limitrange",
  shortNames: ["limits"],
  categories: [],
  scope: "Namespaced",
  type: LimitRange,
  subresources: [],
  columns: [nameColumn, createdAtColumn],
  selectableFields: {},
  nameRule: "dns-subdomain",
  derive: deriveLimitRange,
  initialStatus: undefined,
  rules: [limitRangeProblems],
  updateRules: [],
});
