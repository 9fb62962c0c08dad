import {
  duplicateField,
  type FieldProblem,
  invalidField,
  invalidWhole,
  requiredField,
  tooManyField,
  unsupportedField,
} from "#machinery/field-problem.ts";
import { labelKeyTrouble } from "#machinery/rules/names.ts";
import type {
  JobSpec,
  PodFailurePolicyOnExitCodesRequirement,
  PodFailurePolicyOnPodConditionsPattern,
  PodFailurePolicyRule,
} from "./spec.ts";

// Source: validatePodFailurePolicy in pkg/apis/batch/validation/validation.go.

type Problems = Iterable<FieldProblem>;

const mostRules = 20;
const mostPatterns = 20;
const mostExitCodes = 255;

export function* failurePolicyProblems(path: string, spec: JobSpec): Problems {
  const { podFailurePolicy, template } = spec;
  if (podFailurePolicy === undefined) return;
  const { rules } = podFailurePolicy;
  if (rules.length > mostRules) yield tooManyField(`${path}.rules`, rules.length, mostRules);
  const { containers, initContainers = [] } = template.spec;
  const containerNames = new Set([...containers, ...initContainers].map(({ name }) => name));
  for (const [i, rule] of rules.entries()) {
    const at = `${path}.rules[${i}]`;
    yield* actionProblems(`${at}.action`, rule, spec);
    if (rule.onExitCodes !== undefined) yield* exitCodeProblems(`${at}.onExitCodes`, rule.onExitCodes, containerNames);
    yield* conditionProblems(`${at}.onPodConditions`, rule.onPodConditions);
    const asked = (rule.onExitCodes === undefined ? 0 : 1) + (rule.onPodConditions === undefined ? 0 : 1);
    if (asked === 2) yield invalidWhole(at, "specifying both OnExitCodes and OnPodConditions is not supported");
    if (asked === 0) yield invalidWhole(at, "specifying one of OnExitCodes and OnPodConditions is required");
  }
}

const actions = ["Count", "FailIndex", "FailJob", "Ignore"];
const operators = ["In", "NotIn"];

/** `["In" "NotIn"]`, as Go prints a list of words. */
const quoted = (words: readonly string[]): string => `[${words.map((one) => JSON.stringify(one)).join(" ")}]`;

function* actionProblems(path: string, { action }: PodFailurePolicyRule, { backoffLimitPerIndex }: JobSpec): Problems {
  const given: string = action;
  if (given === "") yield requiredField(path, `valid values: ${quoted(actions)}`);
  else if (!actions.includes(given)) yield unsupportedField(path, given, actions);
  else if (given === "FailIndex" && backoffLimitPerIndex === undefined)
    yield invalidField(path, given, "requires the backoffLimitPerIndex to be set");
}

function* exitCodeProblems(
  path: string,
  { operator, values, containerName }: PodFailurePolicyOnExitCodesRequirement,
  containerNames: ReadonlySet<string>,
): Problems {
  const given: string = operator;
  if (given === "") yield requiredField(`${path}.operator`, `valid values: ${quoted(operators)}`);
  if (containerName !== undefined && !containerNames.has(containerName)) {
    const detail = "must be one of the container or initContainer names in the pod template";
    yield invalidField(`${path}.containerName`, containerName, detail);
  }
  if (values.length === 0) yield invalidField(`${path}.values`, values, "at least one value is required");
  if (values.length > mostExitCodes) yield tooManyField(`${path}.values`, values.length, mostExitCodes);
  for (const [i, value] of values.entries()) {
    const at = `${path}.values[${i}]`;
    if (given === "In" && value === 0) yield invalidField(at, value, "must not be 0 for the In operator");
    if (values.indexOf(value) < i) yield duplicateField(at, value);
  }
  if (values.some((value, i) => i > 0 && (values[i - 1] ?? value) > value))
    yield invalidField(`${path}.values`, values, "must be ordered");
}

function* conditionProblems(path: string, patterns: readonly PodFailurePolicyOnPodConditionsPattern[] = []): Problems {
  if (patterns.length > mostPatterns) yield tooManyField(path, patterns.length, mostPatterns);
  for (const [i, { type }] of patterns.entries())
    for (const trouble of labelKeyTrouble(type)) yield invalidField(`${path}[${i}].type`, type, trouble);
}
