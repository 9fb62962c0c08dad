import { ageColumn, nameColumn } from "#machinery/columns.ts";
import { defineKind, statusSubresource, unchanged } from "#machinery/kind.ts";
import { defaulted, object } from "#machinery/schema.ts";
import { ObjectMeta } from "../meta/object-meta.ts";
import { budgetProblems, budgetStatusProblems } from "./pod-disruption-budget/rules.ts";
import { PodDisruptionBudgetSpec, PodDisruptionBudgetStatus } from "./pod-disruption-budget/spec.ts";
import { podDisruptionBudgetV1beta1 } from "./pod-disruption-budget/v1beta1.ts";

export class PodDisruptionBudget extends object("io.k8s.api.policy.v1.PodDisruptionBudget", {
  metadata: defaulted(1, ObjectMeta, {}),
  spec: defaulted(2, PodDisruptionBudgetSpec, {}),
  status: defaulted(3, PodDisruptionBudgetStatus, {}),
}) {}

/** Source of the columns: printPodDisruptionBudget in pkg/printers/internalversion/printers.go. */
export const podDisruptionBudgets = defineKind<typeof PodDisruptionBudget>({
  group: "policy",
  version: "v1",
  kind: "PodDisruptionBudget",
  plural: "poddisruptionbudgets",
  singular: "poddisruptionbudget",
  shortNames: ["pdb"],
  categories: [],
  scope: "Namespaced",
  type: PodDisruptionBudget,
  subresources: [statusSubresource],
  columns: [
    nameColumn,
    {
      name: "Min Available",
      type: "string",
      cell: ({ spec }) => String(spec.minAvailable ?? "N/A"),
      doc: "How many of its pods must stay.",
    },
    {
      name: "Max Unavailable",
      type: "string",
      cell: ({ spec }) => String(spec.maxUnavailable ?? "N/A"),
      doc: "How many of its pods may be missing.",
    },
    {
      name: "Allowed Disruptions",
      type: "integer",
      cell: ({ status }) => status.disruptionsAllowed,
      doc: "How many of its pods may be evicted now.",
    },
    ageColumn,
  ],
  selectableFields: {},
  nameRule: "dns-subdomain",
  derive: unchanged,
  initialStatus: () => ({ disruptionsAllowed: 0, currentHealthy: 0, desiredHealthy: 0, expectedPods: 0 }),
  countsGenerations: true,
  updatesNameVersion: true,
  rules: [budgetProblems],
  updateRules: [budgetStatusProblems],
  otherVersions: [podDisruptionBudgetV1beta1],
});
