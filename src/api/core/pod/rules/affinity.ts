import { type FieldProblem, forbiddenField, invalidField, requiredField } from "#machinery/field-problem.ts";
import { labelSelectorProblems } from "#machinery/rules/label-selector.ts";
import { dnsLabelTrouble, dnsSubdomainTrouble, labelKeyTrouble } from "#machinery/rules/names.ts";
import type { NodeSelector, NodeSelectorRequirement, NodeSelectorTerm } from "../../references.ts";
import type { Affinity, PodAffinityTerm } from "../scheduling.ts";

// Source: validateAffinity in pkg/apis/core/validation/validation.go.

type Problems = Iterable<FieldProblem>;

export function* affinityProblems(path: string, { nodeAffinity, podAffinity, podAntiAffinity }: Affinity): Problems {
  yield* nodeAffinityProblems(`${path}.nodeAffinity`, nodeAffinity);
  yield* podAffinityProblems(`${path}.podAffinity`, podAffinity);
  yield* podAffinityProblems(`${path}.podAntiAffinity`, podAntiAffinity);
}

const requiredTerms = "requiredDuringSchedulingIgnoredDuringExecution";
const preferredTerms = "preferredDuringSchedulingIgnoredDuringExecution";

function* weightProblems(path: string, weight: number): Problems {
  if (weight <= 0 || weight > 100) yield invalidField(path, weight, "must be in the range 1-100");
}

function* nodeAffinityProblems(path: string, affinity: Affinity["nodeAffinity"]): Problems {
  const selector = affinity?.[requiredTerms];
  if (selector !== undefined) yield* nodeSelectorProblems(`${path}.${requiredTerms}`, selector);
  for (const [i, { weight, preference }] of (affinity?.[preferredTerms] ?? []).entries()) {
    yield* weightProblems(`${path}.${preferredTerms}[${i}].weight`, weight);
    yield* nodeTermProblems(`${path}.${preferredTerms}[${i}].preference`, preference);
  }
}

/** Source: ValidateNodeSelector in the same file. */
export function* nodeSelectorProblems(path: string, { nodeSelectorTerms: terms }: NodeSelector): Problems {
  const at = `${path}.nodeSelectorTerms`;
  if (terms.length === 0) yield requiredField(at, "must have at least one node selector term");
  for (const [i, term] of terms.entries()) yield* nodeTermProblems(`${at}[${i}]`, term);
}

function* nodeTermProblems(path: string, { matchExpressions = [], matchFields = [] }: NodeSelectorTerm): Problems {
  for (const [i, one] of matchExpressions.entries()) yield* expressionProblems(`${path}.matchExpressions[${i}]`, one);
  for (const [i, one] of matchFields.entries()) yield* fieldProblems(`${path}.matchFields[${i}]`, one);
}

const notAnOperator = "not a valid selector operator";

function* expressionProblems(path: string, { key, operator, values = [] }: NodeSelectorRequirement): Problems {
  switch (operator) {
    case "In":
    case "NotIn":
      if (values.length === 0)
        yield requiredField(`${path}.values`, "must be specified when `operator` is 'In' or 'NotIn'");
      break;
    case "Exists":
    case "DoesNotExist":
      if (values.length > 0)
        yield forbiddenField(`${path}.values`, "may not be specified when `operator` is 'Exists' or 'DoesNotExist'");
      break;
    case "Gt":
    case "Lt":
      if (values.length !== 1)
        yield requiredField(`${path}.values`, "must be specified single value when `operator` is 'Lt' or 'Gt'");
      break;
    default:
      yield invalidField(`${path}.operator`, operator, notAnOperator);
  }
  for (const trouble of labelKeyTrouble(key)) yield invalidField(`${path}.key`, key, trouble);
}

function* fieldProblems(path: string, { key, operator, values = [] }: NodeSelectorRequirement): Problems {
  if (operator !== "In" && operator !== "NotIn") yield invalidField(`${path}.operator`, operator, notAnOperator);
  else if (values.length !== 1)
    yield requiredField(
      `${path}.values`,
      "must be only one value when `operator` is 'In' or 'NotIn' for node field selector",
    );
  if (key !== "metadata.name") yield invalidField(`${path}.key`, key, "not a valid field selector key");
  else
    for (const [i, value] of values.entries())
      for (const trouble of dnsSubdomainTrouble(value)) yield invalidField(`${path}.values[${i}]`, value, trouble);
}

function* podAffinityProblems(path: string, affinity: Affinity["podAffinity"]): Problems {
  for (const [i, term] of (affinity?.[requiredTerms] ?? []).entries())
    yield* podTermProblems(`${path}.${requiredTerms}[${i}]`, term);
  for (const [i, { weight, podAffinityTerm }] of (affinity?.[preferredTerms] ?? []).entries()) {
    yield* weightProblems(`${path}.${preferredTerms}[${i}].weight`, weight);
    yield* podTermProblems(`${path}.${preferredTerms}[${i}].podAffinityTerm`, podAffinityTerm);
  }
}

function* podTermProblems(path: string, term: PodAffinityTerm): Problems {
  const { labelSelector, namespaceSelector, namespaces = [], topologyKey } = term;
  if (labelSelector !== undefined) yield* labelSelectorProblems(`${path}.labelSelector`, labelSelector);
  if (namespaceSelector !== undefined) yield* labelSelectorProblems(`${path}.namespaceSelector`, namespaceSelector);
  for (const name of namespaces)
    for (const trouble of dnsLabelTrouble(name)) yield invalidField(`${path}.namespace`, name, trouble);
  yield* labelKeysProblems(path, term);
  if (topologyKey === "") yield requiredField(`${path}.topologyKey`, "can not be empty");
  for (const trouble of labelKeyTrouble(topologyKey)) yield invalidField(`${path}.topologyKey`, topologyKey, trouble);
}

function* labelKeysProblems(
  path: string,
  { labelSelector, matchLabelKeys, mismatchLabelKeys }: PodAffinityTerm,
): Problems {
  yield* likeOwnerProblems(`${path}.matchLabelKeys`, matchLabelKeys, labelSelector);
  yield* likeOwnerProblems(`${path}.mismatchLabelKeys`, mismatchLabelKeys, labelSelector);
  const mismatched = new Set(mismatchLabelKeys);
  for (const [i, key] of (matchLabelKeys ?? []).entries())
    if (mismatched.has(key))
      yield invalidField(`${path}.matchLabelKeys[${i}]`, key, "exists in both matchLabelKeys and mismatchLabelKeys");
}

function* likeOwnerProblems(
  path: string,
  keys: readonly string[] = [],
  labelSelector: PodAffinityTerm["labelSelector"],
): Problems {
  if (keys.length === 0) return;
  if (labelSelector === undefined) yield forbiddenField(path, "must not be specified when labelSelector is not set");
  else
    for (const [i, key] of keys.entries())
      for (const trouble of labelKeyTrouble(key)) yield invalidField(`${path}[${i}]`, key, trouble);
}
