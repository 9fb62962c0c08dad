import { ageColumn, nameColumn } from "#machinery/columns.ts";
import { type FieldProblem, forbiddenField, requiredField } from "#machinery/field-problem.ts";
import { defineKind, unchanged } from "#machinery/kind.ts";
import { isSame } from "#machinery/rules/differences.ts";
import { defaulted, map, object, optional, required, string } from "#machinery/schema.ts";
import { ObjectMeta } from "../meta/object-meta.ts";
import { driverProblems, parameterProblems } from "./storage-class/rules.ts";

export class VolumeAttributesClass extends object("io.k8s.api.storage.v1.VolumeAttributesClass", {
  metadata: defaulted(1, ObjectMeta, {}),
  driverName: required(2, string),
  parameters: optional(3, map(string)),
}) {}

/** Source: KEP-3751; of the columns, printVolumeAttributesClass in pkg/printers/internalversion/printers.go. */
export const volumeAttributesClasses = defineKind<typeof VolumeAttributesClass>({
  group: "storage.k8s.io",
  version: "v1",
  kind: "VolumeAttributesClass",
  plural: "volumeattributesclasses",
  singular: "volumeattributesclass",
  shortNames: ["vac"],
  categories: [],
  scope: "Cluster",
  type: VolumeAttributesClass,
  subresources: [],
  columns: [
    nameColumn,
    { name: "DriverName", type: "string", cell: ({ driverName }) => driverName, doc: "The driver that knows them." },
    ageColumn,
  ],
  selectableFields: {},
  nameRule: "dns-subdomain",
  derive: unchanged,
  initialStatus: undefined,
  rules: [attributesProblems],
  updateRules: [keptAttributesProblems],
});

// Source: ValidateVolumeAttributesClass and ValidateVolumeAttributesClassUpdate in pkg/apis/storage/validation/validation.go.

function* attributesProblems({ driverName, parameters }: VolumeAttributesClass): Iterable<FieldProblem> {
  yield* driverProblems("driverName", driverName);
  yield* parameterProblems(parameters);
  if (parameters === undefined) yield requiredField("parameters", "must contain at least one key/value pair");
}

function* keptAttributesProblems(next: VolumeAttributesClass, old: VolumeAttributesClass): Iterable<FieldProblem> {
  for (const field of ["driverName", "parameters"] as const)
    if (!isSame(next[field], old[field])) yield forbiddenField(field, `updates to ${field} are forbidden.`);
}
