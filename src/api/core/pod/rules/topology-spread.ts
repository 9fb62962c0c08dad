import {
  duplicateField,
  type FieldProblem,
  forbiddenField,
  invalidField,
  requiredField,
  unsupportedField,
} from "#machinery/field-problem.ts";
import { labelSelectorProblems } from "#machinery/rules/label-selector.ts";
import { labelKeyTrouble } from "#machinery/rules/names.ts";
import type { TopologySpreadConstraint } from "../scheduling.ts";

// Source: validateTopologySpreadConstraints in pkg/apis/core/validation/validation.go.

type Problems = Iterable<FieldProblem>;

const positive = "must be greater than zero";

export function* topologySpreadProblems(path: string, constraints: readonly TopologySpreadConstraint[] = []): Problems {
  for (const [i, constraint] of constraints.entries()) {
    const at = `${path}[${i}]`;
    const { maxSkew, topologyKey, whenUnsatisfiable, labelSelector } = constraint;
    if (maxSkew <= 0) yield invalidField(`${at}.maxSkew`, maxSkew, positive);
    if (topologyKey === "") yield requiredField(`${at}.topologyKey`, "can not be empty");
    else
      for (const trouble of labelKeyTrouble(topologyKey)) yield invalidField(`${at}.topologyKey`, topologyKey, trouble);
    const isSame = (other: TopologySpreadConstraint): boolean =>
      other.topologyKey === topologyKey && other.whenUnsatisfiable === whenUnsatisfiable;
    if (constraints.slice(i + 1).some(isSame))
      yield duplicateField(`${at}.{topologyKey, whenUnsatisfiable}`, `{${topologyKey}, ${whenUnsatisfiable}}`);
    yield* minDomainsProblems(`${at}.minDomains`, constraint);
    yield* policyProblems(at, constraint);
    yield* matchLabelKeysProblems(`${at}.matchLabelKeys`, constraint);
    if (labelSelector !== undefined) yield* labelSelectorProblems(`${at}.labelSelector`, labelSelector);
  }
}

function* minDomainsProblems(path: string, { minDomains, whenUnsatisfiable }: TopologySpreadConstraint): Problems {
  if (minDomains === undefined) return;
  if (minDomains <= 0) yield invalidField(path, minDomains, positive);
  if (whenUnsatisfiable !== "DoNotSchedule")
    yield invalidField(
      path,
      minDomains,
      `can only use minDomains if whenUnsatisfiable=DoNotSchedule, not ${whenUnsatisfiable}`,
    );
}

const policies: readonly string[] = ["Honor", "Ignore"];

function* policyProblems(path: string, { nodeAffinityPolicy, nodeTaintsPolicy }: TopologySpreadConstraint): Problems {
  for (const [field, policy] of Object.entries({ nodeAffinityPolicy, nodeTaintsPolicy }))
    if (policy !== undefined && !policies.includes(policy))
      yield unsupportedField(`${path}.${field}`, policy, policies);
}

function* matchLabelKeysProblems(path: string, constraint: TopologySpreadConstraint): Problems {
  const { matchLabelKeys = [], labelSelector } = constraint;
  if (matchLabelKeys.length === 0) return;
  if (labelSelector === undefined) yield forbiddenField(path, "must not be specified when labelSelector is not set");
  const { matchLabels = {}, matchExpressions = [] } = labelSelector ?? {};
  const selected = new Set([...Object.keys(matchLabels), ...matchExpressions.map(({ key }) => key)]);
  for (const [i, key] of matchLabelKeys.entries()) {
    for (const trouble of labelKeyTrouble(key)) yield invalidField(`${path}[${i}]`, key, trouble);
    if (selected.has(key)) yield invalidField(`${path}[${i}]`, key, "exists in both matchLabelKeys and labelSelector");
  }
}
