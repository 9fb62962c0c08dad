import { defineVersion, unchanged } from "#machinery/kind.ts";
import { isSame } from "#machinery/rules/differences.ts";
import { defaulted, object, type Stored } from "#machinery/schema.ts";
import type { LabelSelector } from "../../meta/label-selector.ts";
import { ObjectMeta } from "../../meta/object-meta.ts";
import { PodDisruptionBudgetSpec, PodDisruptionBudgetStatus } from "./spec.ts";

export class PodDisruptionBudgetV1beta1 extends object("io.k8s.api.policy.v1beta1.PodDisruptionBudget", {
  metadata: defaulted(1, ObjectMeta, {}),
  spec: defaulted(2, PodDisruptionBudgetSpec, {}),
  status: defaulted(3, PodDisruptionBudgetStatus, {}),
}) {}

// An empty selector chose no pods in this version, and chooses all of them in the next: each is told in the other by a label that no
// pod has. Source: pkg/apis/policy/v1beta1/conversion.go.

const key = "pdb.kubernetes.io/deprecated-v1beta1-empty-selector-match";
const everything: LabelSelector = {};
const nothing = { matchExpressions: [{ key, operator: "Exists" }] } as const;
const everythingThere = { matchExpressions: [{ key, operator: "DoesNotExist" }] } as const;

function selectorToHub(selector: LabelSelector): LabelSelector {
  if (isSame(selector, {})) return nothing;
  return isSame(selector, everythingThere) ? everything : selector;
}
function selectorFromHub(selector: LabelSelector): LabelSelector {
  if (isSame(selector, everything)) return everythingThere;
  return isSame(selector, nothing) ? {} : selector;
}

export const podDisruptionBudgetV1beta1 = defineVersion<
  typeof PodDisruptionBudgetV1beta1,
  Stored<typeof PodDisruptionBudgetV1beta1>
>({
  group: "policy",
  version: "v1beta1",
  type: PodDisruptionBudgetV1beta1,
  derive: unchanged,
  toHub: ({ spec: { selector, ...spec }, ...rest }) => ({
    ...rest,
    spec: { ...spec, selector: selector && selectorToHub(selector) },
  }),
  fromHub: ({ spec: { selector, ...spec }, ...rest }) => ({
    ...rest,
    spec: { ...spec, selector: selector && selectorFromHub(selector) },
  }),
  deprecation: { deprecatedIn: "v1.21", removedIn: "v1.25", use: "policy/v1" },
});
