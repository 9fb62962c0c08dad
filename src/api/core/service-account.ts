import { ageColumn, nameColumn } from "#machinery/columns.ts";
import { defineKind, unchanged } from "#machinery/kind.ts";
import { boolean, defaulted, list, listMap, object, optional } from "#machinery/schema.ts";
import { ObjectMeta } from "../meta/object-meta.ts";
import { LocalObjectReference, ObjectReference } from "./references.ts";

export class ServiceAccount extends object("io.k8s.api.core.v1.ServiceAccount", {
  metadata: defaulted(1, ObjectMeta, {}),
  secrets: optional(2, listMap(ObjectReference, ["name"])),
  imagePullSecrets: optional(3, list(LocalObjectReference)),
  automountServiceAccountToken: optional(4, boolean, { zero: "counts" }),
}) {}

export const serviceAccounts = defineKind<typeof ServiceAccount>({
  group: "",
  version: "v1",
  kind: "ServiceAccount",
  plural: "serviceaccounts",
  singular: "serviceaccount",
  shortNames: ["sa"],
  categories: [],
  scope: "Namespaced",
  type: ServiceAccount,
  subresources: [
    {
      name: "token",
      kind: { group: "authentication.k8s.io", version: "v1", kind: "TokenRequest" },
      verbs: ["create"],
    },
  ],
  columns: [
    nameColumn,
    { name: "Secrets", type: "string", cell: ({ secrets }) => secrets?.length ?? 0, doc: "How many secrets it lists." },
    ageColumn,
  ],
  selectableFields: {},
  nameRule: "dns-subdomain",
  derive: unchanged,
  initialStatus: undefined,
  updatesNameVersion: true,
  rules: [],
  updateRules: [],
});
