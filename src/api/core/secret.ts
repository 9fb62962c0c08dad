import { ageColumn, nameColumn } from "#machinery/columns.ts";
import { defineKind } from "#machinery/kind.ts";
import { boolean, bytes, defaulted, map, object, optional, string } from "#machinery/schema.ts";
import { ObjectMeta } from "../meta/object-meta.ts";
import { foldStringData } from "./secret/defaults.ts";
import { frozenEntryProblems, secretProblems, typeProblems } from "./secret/rules.ts";

export class Secret extends object("io.k8s.api.core.v1.Secret", {
  metadata: defaulted(1, ObjectMeta, {}),
  data: optional(2, map(bytes)),
  type: defaulted(3, string, "Opaque"),
  stringData: optional(4, map(string)),
  immutable: optional(5, boolean, { zero: "counts" }),
}) {}

export const secrets = defineKind<typeof Secret>({
  group: "",
  version: "v1",
  kind: "Secret",
  plural: "secrets",
  singular: "secret",
  shortNames: [],
  categories: [],
  scope: "Namespaced",
  type: Secret,
  subresources: [],
  columns: [
    nameColumn,
    { name: "Type", type: "string", cell: ({ type }) => type, doc: "Which entries are expected in it." },
    {
      name: "Data",
      type: "string",
      cell: ({ data }) => Object.keys(data ?? {}).length,
      doc: "How many entries it has.",
    },
    ageColumn,
  ],
  selectableFields: { type: ({ type }) => type },
  nameRule: "dns-subdomain",
  derive: foldStringData,
  initialStatus: undefined,
  rules: [secretProblems],
  updateRules: [typeProblems, frozenEntryProblems],
});
