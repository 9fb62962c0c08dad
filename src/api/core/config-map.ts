import { ageColumn, nameColumn } from "#machinery/columns.ts";
import { type FieldProblem, invalidField, tooLongField } from "#machinery/field-problem.ts";
import { defineKind, unchanged } from "#machinery/kind.ts";
import { configKeyTrouble } from "#machinery/rules/names.ts";
import { boolean, bytes, defaulted, map, object, optional, string } from "#machinery/schema.ts";
import { ObjectMeta } from "../meta/object-meta.ts";
import { frozenProblems, largestEntries, sizeOfBase64, sizeOfText } from "./entries.ts";

export class ConfigMap extends object("io.k8s.api.core.v1.ConfigMap", {
  metadata: defaulted(1, ObjectMeta, {}),
  data: optional(2, map(string)),
  binaryData: optional(3, map(bytes)),
  immutable: optional(4, boolean, { zero: "counts" }),
}) {}

export const configMaps = defineKind<typeof ConfigMap>({
  group: "",
  version: "v1",
  kind: "ConfigMap",
  plural: "configmaps",
  singular: "configmap",
  shortNames: ["cm"],
  categories: [],
  scope: "Namespaced",
  type: ConfigMap,
  subresources: [],
  columns: [
    nameColumn,
    {
      name: "Data",
      type: "string",
      cell: ({ data, binaryData }) => Object.keys(data ?? {}).length + Object.keys(binaryData ?? {}).length,
      doc: "How many entries it has.",
    },
    ageColumn,
  ],
  selectableFields: {},
  nameRule: "dns-subdomain",
  derive: unchanged,
  initialStatus: undefined,
  rules: [entryProblems],
  updateRules: [(next, old) => frozenProblems(next, old, ["data", "binaryData"])],
});

// Source: ValidateConfigMap and ValidateConfigMapUpdate in pkg/apis/core/validation/validation.go.
function* entryProblems({ data = {}, binaryData = {} }: ConfigMap): Iterable<FieldProblem> {
  for (const key of Object.keys(data)) {
    for (const trouble of configKeyTrouble(key)) yield invalidField(`data[${key}]`, key, trouble);
    if (Object.hasOwn(binaryData, key))
      yield invalidField(`data[${key}]`, key, "duplicate of key present in binaryData");
  }
  for (const key of Object.keys(binaryData)) {
    for (const trouble of configKeyTrouble(key)) yield invalidField(`binaryData[${key}]`, key, trouble);
    if (Object.hasOwn(data, key)) yield invalidField(`binaryData[${key}]`, key, "duplicate of key present in data");
  }
  if (sizeOfText(data) + sizeOfBase64(binaryData) > largestEntries) yield tooLongField("[]", largestEntries);
}
