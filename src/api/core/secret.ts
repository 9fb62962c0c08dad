import { ageColumn, nameColumn } from "#machinery/columns.ts";
import { type FieldProblem, invalidField, requiredField, tooLongField } from "#machinery/field-problem.ts";
import { defineKind } from "#machinery/kind.ts";
import { configKeyTrouble } from "#machinery/rules/names.ts";
import { boolean, bytes, defaulted, map, object, optional, string } from "#machinery/schema.ts";
import { ObjectMeta } from "../meta/object-meta.ts";
import { frozenProblems, largestEntries, sizeOfBase64 } from "./entries.ts";

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
  updateRules: [typeProblems, (next, old) => frozenProblems(next, old, ["data"])],
});

/** `stringData` is for writing only: its entries win over those of `data`, in base64. */
function foldStringData({ stringData, ...secret }: Secret): Secret {
  if (stringData === undefined) return secret;
  const encoded = Object.entries(stringData).map(([key, text]) => [key, utf8.encode(text).toBase64()] as const);
  return { ...secret, data: { ...secret.data, ...Object.fromEntries(encoded) } };
}
const utf8 = new TextEncoder();

const accountName = "kubernetes.io/service-account.name";
/** The entries that a type promises; of a list of them one is enough. Source: ValidateSecret. */
const promised: Readonly<Record<string, readonly (readonly string[])[]>> = {
  "kubernetes.io/dockercfg": [[".dockercfg"]],
  "kubernetes.io/dockerconfigjson": [[".dockerconfigjson"]],
  "kubernetes.io/basic-auth": [["username", "password"]],
  "kubernetes.io/ssh-auth": [["ssh-privatekey"]],
  "kubernetes.io/tls": [["tls.crt"], ["tls.key"]],
};

function* secretProblems({ metadata, data = {}, type }: Secret): Iterable<FieldProblem> {
  for (const key of Object.keys(data))
    for (const trouble of configKeyTrouble(key)) yield invalidField(`data[${key}]`, key, trouble);
  if (sizeOfBase64(data) > largestEntries) yield tooLongField("data", largestEntries);
  if (type === "kubernetes.io/service-account-token" && !metadata.annotations?.[accountName])
    yield requiredField(`metadata.annotations[${accountName}]`);
  for (const names of Object.hasOwn(promised, type) ? (promised[type] ?? []) : [])
    if (!names.some((name) => Object.hasOwn(data, name)))
      for (const name of names) yield requiredField(`data[${name}]`);
}

function* typeProblems({ type: next }: Secret, { type: old }: Secret): Iterable<FieldProblem> {
  if (next !== old) yield invalidField("type", next, "field is immutable");
}
