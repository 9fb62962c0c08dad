import { ageColumn, nameColumn } from "#machinery/columns.ts";
import { defineKind, unchanged } from "#machinery/kind.ts";
import { boolean, defaulted, int32, object, oneOf, optional, string } from "#machinery/schema.ts";
import { ObjectMeta } from "../meta/object-meta.ts";
import { keptPriorityProblems, priorityProblems } from "./priority-class/rules.ts";

export class PriorityClass extends object("io.k8s.api.scheduling.v1.PriorityClass", {
  metadata: defaulted(1, ObjectMeta, {}),
  value: defaulted(2, int32(), 0),
  globalDefault: optional(3, boolean),
  description: optional(4, string),
  preemptionPolicy: defaulted(5, oneOf("Never", "PreemptLowerPriority"), "PreemptLowerPriority", { zero: "counts" }),
}) {}

/** Source of the columns: printPriorityClass in pkg/printers/internalversion/printers.go. */
export const priorityClasses = defineKind<typeof PriorityClass>({
  group: "scheduling.k8s.io",
  version: "v1",
  kind: "PriorityClass",
  plural: "priorityclasses",
  singular: "priorityclass",
  shortNames: ["pc"],
  categories: [],
  scope: "Cluster",
  type: PriorityClass,
  subresources: [],
  columns: [
    nameColumn,
    { name: "Value", type: "integer", cell: ({ value }) => value, doc: "The priority of its pods." },
    {
      name: "Global-Default",
      type: "boolean",
      cell: ({ globalDefault = false }) => globalDefault,
      doc: "Whether pods that name no class are of this one.",
    },
    ageColumn,
    {
      name: "PreemptionPolicy",
      type: "string",
      cell: ({ preemptionPolicy }) => preemptionPolicy,
      doc: "Whether its pods may take the place of others.",
    },
  ],
  selectableFields: {},
  nameRule: "dns-subdomain",
  derive: unchanged,
  initialStatus: undefined,
  countsGenerations: true,
  rules: [priorityProblems],
  updateRules: [keptPriorityProblems],
});
