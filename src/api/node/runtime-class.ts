import { ageColumn, nameColumn } from "#machinery/columns.ts";
import { defineKind, unchanged } from "#machinery/kind.ts";
import { defaulted, object, optional, required, string } from "#machinery/schema.ts";
import { ObjectMeta } from "../meta/object-meta.ts";
import { keptHandlerProblems, runtimeClassProblems, runtimeClassWarnings } from "./runtime-class/rules.ts";
import { Overhead, Scheduling } from "./runtime-class/spec.ts";

export class RuntimeClass extends object("io.k8s.api.node.v1.RuntimeClass", {
  metadata: defaulted(1, ObjectMeta, {}),
  handler: required(2, string),
  overhead: optional(3, Overhead),
  scheduling: optional(4, Scheduling),
}) {}

/** Source of the columns: printRuntimeClass in pkg/printers/internalversion/printers.go. */
export const runtimeClasses = defineKind<typeof RuntimeClass>({
  group: "node.k8s.io",
  version: "v1",
  kind: "RuntimeClass",
  plural: "runtimeclasses",
  singular: "runtimeclass",
  shortNames: [],
  categories: [],
  scope: "Cluster",
  type: RuntimeClass,
  subresources: [],
  columns: [
    nameColumn,
    { name: "Handler", type: "string", cell: ({ handler }) => handler, doc: "What runs its pods." },
    ageColumn,
  ],
  selectableFields: {},
  nameRule: "dns-subdomain",
  derive: unchanged,
  initialStatus: undefined,
  updatesNameVersion: true,
  rules: [runtimeClassProblems],
  updateRules: [keptHandlerProblems],
  warnings: runtimeClassWarnings,
});
