import { ageColumn, nameColumn } from "#machinery/columns.ts";
import { defineKind, statusSubresource } from "#machinery/kind.ts";
import { defaulted, list, listMap, object, optional, present, string, time } from "#machinery/schema.ts";
import { ObjectMeta } from "../meta/object-meta.ts";
import { deriveNamespace } from "./namespace/defaults.ts";

export class NamespaceSpec extends object("io.k8s.api.core.v1.NamespaceSpec", {
  finalizers: optional(1, list(string)),
}) {}

export class NamespaceCondition extends object("io.k8s.api.core.v1.NamespaceCondition", {
  type: present(1, string),
  status: present(2, string),
  lastTransitionTime: optional(4, time),
  reason: optional(5, string),
  message: optional(6, string),
}) {}

export class NamespaceStatus extends object("io.k8s.api.core.v1.NamespaceStatus", {
  phase: optional(1, string),
  conditions: optional(2, listMap(NamespaceCondition, ["type"])),
}) {}

export class Namespace extends object("io.k8s.api.core.v1.Namespace", {
  metadata: defaulted(1, ObjectMeta, {}),
  spec: defaulted(2, NamespaceSpec, {}),
  status: defaulted(3, NamespaceStatus, {}),
}) {}

export const namespaces = defineKind<typeof Namespace>({
  group: "",
  version: "v1",
  kind: "Namespace",
  plural: "namespaces",
  singular: "namespace",
  shortNames: ["ns"],
  categories: [],
  scope: "Cluster",
  type: Namespace,
  subresources: [{ name: "finalize", verbs: ["update"] }, statusSubresource],
  columns: [
    nameColumn,
    { name: "Status", type: "string", cell: ({ status }) => status.phase ?? "", doc: "Active, or Terminating." },
    ageColumn,
  ],
  selectableFields: { "status.phase": ({ status }) => status.phase ?? "", name: ({ metadata }) => metadata.name },
  nameRule: "dns-label",
  derive: deriveNamespace,
  initialStatus: () => ({ phase: "Active" }),
  rules: [],
  updateRules: [],
});
