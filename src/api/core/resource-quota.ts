import { ageColumn, nameColumn } from "#machinery/columns.ts";
import { defineKind, statusSubresource, unchanged } from "#machinery/kind.ts";
import { defaulted, object } from "#machinery/schema.ts";
import { ObjectMeta } from "../meta/object-meta.ts";
import { keptScopesProblems, quotaProblems, quotaStatusProblems } from "./resource-quota/rules.ts";
import { ResourceQuotaSpec, ResourceQuotaStatus } from "./resource-quota/spec.ts";

export class ResourceQuota extends object("io.k8s.api.core.v1.ResourceQuota", {
  metadata: defaulted(1, ObjectMeta, {}),
  spec: defaulted(2, ResourceQuotaSpec, {}),
  status: defaulted(3, ResourceQuotaStatus, {}),
}) {}

type Status = ResourceQuotaStatus;
const isLimit = (resource: string): boolean => resource.startsWith("limits.");

/** `pods: 2/10, requests.cpu: 1/4`. */
const showUse = ({ hard = {}, used = {} }: Status, isShown: (resource: string) => boolean): string =>
  Object.keys(hard)
    .filter(isShown)
    .toSorted()
    .map((resource) => `${resource}: ${used[resource] ?? 0}/${hard[resource]}`)
    .join(", ");

/** Source of the columns: printResourceQuota in pkg/printers/internalversion/printers.go. */
export const resourceQuotas = defineKind<typeof ResourceQuota>({
  group: "",
  version: "v1",
  kind: "ResourceQuota",
  plural: "resourcequotas",
  singular: "resourcequota",
  shortNames: ["quota"],
  categories: [],
  scope: "Namespaced",
  type: ResourceQuota,
  subresources: [statusSubresource],
  columns: [
    nameColumn,
    {
      name: "Request",
      type: "string",
      cell: ({ status }) => showUse(status, (resource) => !isLimit(resource)),
      doc: "What is used of what may be asked for or made.",
    },
    {
      name: "Limit",
      type: "string",
      cell: ({ status }) => showUse(status, isLimit),
      doc: "What is used of what limits may add up to.",
    },
    ageColumn,
  ],
  selectableFields: {},
  nameRule: "dns-subdomain",
  derive: unchanged,
  initialStatus: () => ({}),
  rules: [quotaProblems],
  updateRules: [keptScopesProblems, quotaStatusProblems],
});
