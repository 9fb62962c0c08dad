import { ageColumn, nameColumn } from "#machinery/columns.ts";
import { defineKind, unchanged } from "#machinery/kind.ts";
import { boolean, bytes, defaulted, map, object, optional, string } from "#machinery/schema.ts";
import { ObjectMeta } from "../meta/object-meta.ts";
import { entryProblems, frozenEntryProblems } from "./config-map/rules.ts";

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
  updateRules: [frozenEntryProblems],
});
