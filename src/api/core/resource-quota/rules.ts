import { type FieldProblem, invalidField, requiredField, unsupportedField } from "#machinery/field-problem.ts";
import { mustQuantity, wholeUnits } from "#machinery/quantity.ts";
import { isSame } from "#machinery/rules/differences.ts";
import { notNegative } from "#machinery/rules/numbers.ts";
import { resourceNameProblems } from "../resource-names.ts";
import {
  quotaScopes,
  type ResourceQuotaSpec,
  type ResourceQuotaStatus,
  type ScopedResourceSelectorRequirement,
} from "./spec.ts";

// Source: ValidateResourceQuota and its neighbours in pkg/apis/core/validation/validation.go.

type Problems = Iterable<FieldProblem>;
interface Subject {
  readonly spec: ResourceQuotaSpec;
  readonly status: ResourceQuotaStatus;
}

export function* quotaProblems({ spec }: Subject): Problems {
  yield* amountsProblems("spec.hard", spec.hard);
  yield* scopesProblems(spec);
  for (const [i, one] of (spec.scopeSelector?.matchExpressions ?? []).entries())
    yield* expressionProblems(`spec.scopeSelector.matchExpressions[${i}]`, one);
}

export function* quotaStatusProblems({ status }: Subject, { status: old }: Subject): Problems {
  if (isSame(status, old)) return;
  yield* amountsProblems("status.hard", status.hard);
  yield* amountsProblems("status.used", status.used);
}

/** What is counted in whole things, and not measured. */
const counted = new Set([
  "pods",
  "resourcequotas",
  "services",
  "replicationcontrollers",
  "secrets",
  "persistentvolumeclaims",
  "configmaps",
  "services.nodeports",
  "services.loadbalancers",
]);

function* amountsProblems(path: string, amounts: Readonly<Record<string, string>> = {}): Problems {
  for (const [name, amount] of Object.entries(amounts)) {
    const at = `${path}[${name}]`;
    yield* resourceNameProblems(at, name);
    const quantity = mustQuantity(amount);
    if (quantity.nanos < 0n) yield invalidField(at, amount, notNegative);
    else if (counted.has(name) && quantity.nanos !== wholeUnits(quantity) * 10n ** 9n)
      yield invalidField(at, amount, "must be an integer");
  }
}

const knownScopes: readonly string[] = quotaScopes;
const opposites = [
  ["BestEffort", "NotBestEffort"],
  ["Terminating", "NotTerminating"],
] as const;

function* scopesProblems({ scopes = [] }: ResourceQuotaSpec): Problems {
  for (const scope of scopes)
    if (!knownScopes.includes(scope)) yield invalidField("spec.scopes", scopes, "unsupported scope");
  for (const [one, other] of opposites)
    if (scopes.includes(one) && scopes.includes(other)) yield invalidField("spec.scopes", scopes, "conflicting scopes");
}

/** Scopes that a pod has or has not, without a value that could be compared. */
const valueless: readonly string[] = [
  "BestEffort",
  "NotBestEffort",
  "Terminating",
  "NotTerminating",
  "CrossNamespacePodAffinity",
];

function* expressionProblems(path: string, requirement: ScopedResourceSelectorRequirement): Problems {
  const { scopeName, operator, values = [] } = requirement;
  if (!knownScopes.includes(scopeName)) yield unsupportedField(`${path}.scopeName`, scopeName, knownScopes);
  else if (valueless.includes(scopeName) && operator !== "Exists")
    yield invalidField(
      `${path}.operator`,
      operator,
      "must be 'Exist' when scope is any of ResourceQuotaScopeTerminating, ResourceQuotaScopeNotTerminating, ResourceQuotaScopeBestEffort, ResourceQuotaScopeNotBestEffort or ResourceQuotaScopeCrossNamespacePodAffinity",
    );
  if (operator === "In" || operator === "NotIn") {
    if (values.length === 0)
      yield requiredField(
        `${path}.values`,
        "must be at least one value when `operator` is 'In' or 'NotIn' for scope selector",
      );
  } else if (values.length > 0)
    yield invalidField(
      `${path}.values`,
      values,
      "must be no value when `operator` is 'Exist' or 'DoesNotExist' for scope selector",
    );
}

/** What a quota counts can't come to be something else. */
export function* keptScopesProblems({ spec: next }: Subject, { spec: old }: Subject): Problems {
  const [now, before] = [next, old].map(({ scopes = [] }) => scopes.toSorted());
  if (!isSame(now, before)) yield invalidField("spec.scopes", next.scopes, "field is immutable");
  if (!isSame(next.scopeSelector, old.scopeSelector))
    yield invalidField("spec.scopeSelector", next.scopeSelector, "field is immutable");
}
