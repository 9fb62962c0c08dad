import { type FieldProblem, invalidField, requiredField } from "#machinery/field-problem.ts";
import { isSame } from "#machinery/rules/differences.ts";
import { amountProblems, isOfQuotas, quotaResourceNameProblems } from "../resource-names.ts";
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
  yield* selectorProblems(spec);
}

export function* quotaStatusProblems({ status }: Subject, { status: old }: Subject): Problems {
  if (isSame(status, old)) return;
  yield* amountsProblems("status.hard", status.hard);
  yield* amountsProblems("status.used", status.used);
}

function* amountsProblems(path: string, amounts: Readonly<Record<string, string>> = {}): Problems {
  for (const [name, amount] of Object.entries(amounts)) {
    yield* quotaResourceNameProblems(`${path}[${name}]`, name);
    yield* amountProblems(`${path}[${name}]`, name, amount);
  }
}

const knownScopes: readonly string[] = quotaScopes;
const opposites = [
  ["BestEffort", "NotBestEffort"],
  ["Terminating", "NotTerminating"],
] as const;

function* scopesProblems({ hard, scopes = [] }: ResourceQuotaSpec): Problems {
  const path = "spec.scopes";
  for (const scope of scopes) {
    if (!knownScopes.includes(scope)) yield invalidField(path, scopes, "unsupported scope");
    yield* strangeResourceProblems(path, { scope, hard, shown: scopes });
  }
  yield* conflictProblems(path, scopes, scopes);
}

function* conflictProblems(path: string, names: readonly string[], shown: unknown): Problems {
  for (const [one, other] of opposites)
    if (names.includes(one) && names.includes(other)) yield invalidField(path, shown, "conflicting scopes");
}

interface Scoped {
  readonly scope: string;
  readonly hard: ResourceQuotaSpec["hard"];
  readonly shown: unknown;
}

/** Of what has no such scope nothing can be counted. */
function* strangeResourceProblems(path: string, { scope, hard = {}, shown }: Scoped): Problems {
  for (const name of Object.keys(hard).toSorted())
    if (isOfQuotas(name) && !isScoped(scope, name))
      yield invalidField(path, shown, "unsupported scope applied to resource");
}

const measuredOfPods = ["cpu", "memory", "limits.cpu", "limits.memory", "requests.cpu", "requests.memory"];
const ofClaims = ["persistentvolumeclaims", "requests.storage"];

/** Source: IsResourceQuotaScopeValidForResource in pkg/apis/core/helper/helpers.go. */
function isScoped(scope: string, resource: string): boolean {
  switch (scope) {
    case "BestEffort":
      return resource === "pods";
    case "Terminating":
    case "NotTerminating":
    case "NotBestEffort":
    case "PriorityClass":
    case "CrossNamespacePodAffinity":
      return resource === "pods" || measuredOfPods.includes(resource);
    case "VolumeAttributesClass":
      return ofClaims.includes(resource);
    default:
      return true;
  }
}

/** Scopes that a pod has or has not, without a value that could be compared. */
const valueless: readonly string[] = [
  "BestEffort",
  "NotBestEffort",
  "Terminating",
  "NotTerminating",
  "CrossNamespacePodAffinity",
];

/** The paths name no expression: that is how Kubernetes has them. */
function* selectorProblems({ hard, scopeSelector }: ResourceQuotaSpec): Problems {
  if (scopeSelector === undefined) return;
  const path = "spec.scopeSelector.matchExpressions";
  const { matchExpressions = [] } = scopeSelector;
  for (const requirement of matchExpressions) {
    const { scopeName } = requirement;
    if (!knownScopes.includes(scopeName)) yield invalidField(`${path}.scopeName`, scopeName, "unsupported scope");
    yield* strangeResourceProblems(path, { scope: scopeName, hard, shown: scopeSelector });
    yield* expressionProblems(path, requirement);
  }
  const names = matchExpressions.map(({ scopeName }) => scopeName);
  yield* conflictProblems(path, names, scopeSelector);
}

const operators: readonly string[] = ["In", "NotIn", "Exists", "DoesNotExist"];

function* expressionProblems(path: string, requirement: ScopedResourceSelectorRequirement): Problems {
  const { scopeName, operator, values = [] } = requirement;
  if (valueless.includes(scopeName) && operator !== "Exists")
    yield invalidField(
      `${path}.operator`,
      operator,
      "must be 'Exist' when scope is any of ResourceQuotaScopeTerminating, ResourceQuotaScopeNotTerminating, ResourceQuotaScopeBestEffort, ResourceQuotaScopeNotBestEffort or ResourceQuotaScopeCrossNamespacePodAffinity",
    );
  if (!operators.includes(operator)) yield invalidField(`${path}.operator`, operator, "not a valid selector operator");
  const takesValues = operator === "In" || operator === "NotIn";
  if (takesValues && values.length === 0)
    yield requiredField(
      `${path}.values`,
      "must be at least one value when `operator` is 'In' or 'NotIn' for scope selector",
    );
  if (!takesValues && values.length > 0)
    yield invalidField(
      `${path}.values`,
      values,
      "must be no value when `operator` is 'Exist' or 'DoesNotExist' for scope selector",
    );
}

/** What a quota counts can't come to be something else. */
export function* keptScopesProblems({ spec: next }: Subject, { spec: old }: Subject): Problems {
  const [now, before] = [next, old].map(({ scopes = [] }) => [...new Set(scopes)].toSorted());
  if (!isSame(now, before)) yield invalidField("spec.scopes", next.scopes, "field is immutable");
}
