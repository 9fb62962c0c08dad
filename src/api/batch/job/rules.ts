import {
  type FieldProblem,
  invalidField,
  requiredField,
  tooLongField,
  unsupportedField,
} from "#machinery/field-problem.ts";
import { domainPathProblems } from "#machinery/rules/domain-path.ts";
import { labelSelectorProblems } from "#machinery/rules/label-selector.ts";
import { dnsLabelTrouble } from "#machinery/rules/names.ts";
import { negativeProblems } from "#machinery/rules/numbers.ts";
import { matchesLabels, selectorOf } from "#machinery/selectors.ts";
import { matchProblems, podTemplateProblems } from "../../core/pod/rules/template.ts";
import type { ObjectMeta } from "../../meta/object-meta.ts";
import { failurePolicyProblems } from "./failure-policy.ts";
import { indexedProblems, notIndexedProblems } from "./indexed.ts";
import { controllerUidLabel, jobNameLabel, oldControllerUidLabel, oldJobNameLabel } from "./labels.ts";
import type { JobSpec, JobStatus } from "./spec.ts";
import { successPolicyProblems } from "./success-policy.ts";

// Source: ValidateJob in pkg/apis/batch/validation/validation.go.

interface Subject {
  readonly metadata: ObjectMeta;
  readonly spec: JobSpec;
  readonly status: JobStatus;
}
type Problems = Iterable<FieldProblem>;

export const jobRules: readonly ((job: Subject) => Problems)[] = [
  generatedProblems,
  ({ spec }) => jobSpecProblems("spec", spec),
  selectorProblems,
  hostnameProblems,
  ({ status: { active, succeeded, failed, ready, terminating } }) =>
    Object.entries({ active, succeeded, failed, ready, terminating }).flatMap(([name, count]) =>
      negativeProblems(`status.${name}`, count),
    ),
];

/** The server made the selector and its labels, but for those that the client had given others. */
function* generatedProblems({ metadata, spec }: Subject): Problems {
  const { manualSelector, selector, template } = spec;
  if (manualSelector === true || selector === undefined) return;
  const { labels = {} } = template.metadata;
  const expected = {
    [oldControllerUidLabel]: metadata.uid,
    [oldJobNameLabel]: metadata.name,
    [controllerUidLabel]: metadata.uid,
    [jobNameLabel]: metadata.name,
  };
  for (const [key, value] of Object.entries(expected)) {
    const path = `spec.template.metadata.labels[${key}]`;
    if (!Object.hasOwn(labels, key)) yield requiredField(path, `must be '${value}'`);
    else if (labels[key] !== value) yield invalidField(path, labels, `must be '${value}'`);
  }
  if (!matchesLabels(selectorOf(selector), expected))
    yield invalidField("spec.selector", selector, "`selector` not auto-generated");
}

function* selectorProblems({ spec: { selector, template } }: Subject): Problems {
  if (selector === undefined) yield requiredField("spec.selector");
  else {
    yield* labelSelectorProblems("spec.selector", selector);
    yield* matchProblems("spec.template", selector, template);
  }
}

/** Pods of an indexed Job are called by its name and their index. */
function* hostnameProblems({ metadata: { name }, spec: { completionMode, completions = 0 } }: Subject): Problems {
  if (completionMode !== "Indexed" || completions <= 0) return;
  const longest = `${name}-${completions - 1}`;
  if (dnsLabelTrouble(longest).length > 0)
    yield invalidField("metadata.name", name, `will not able to create pod with invalid DNS label: ${longest}`);
}

const counts = [
  "parallelism",
  "completions",
  "activeDeadlineSeconds",
  "backoffLimit",
  "ttlSecondsAfterFinished",
  "backoffLimitPerIndex",
  "maxFailedIndexes",
] as const;
const longestManagedBy = 63;

/** `path` is "spec", or "spec.jobTemplate.spec". Source: validateJobSpec. */
export function* jobSpecProblems(path: string, spec: JobSpec): Problems {
  for (const name of counts) yield* negativeProblems(`${path}.${name}`, spec[name]);
  if (spec.maxFailedIndexes !== undefined && spec.backoffLimitPerIndex === undefined)
    yield requiredField(`${path}.backoffLimitPerIndex`, "when maxFailedIndexes is specified");
  if (spec.managedBy !== undefined) {
    yield* domainPathProblems(`${path}.managedBy`, spec.managedBy);
    if (spec.managedBy.length > longestManagedBy) yield tooLongField(`${path}.managedBy`, longestManagedBy);
  }
  yield* spec.completionMode === "Indexed" ? indexedProblems(path, spec) : notIndexedProblems(path, spec);
  yield* failurePolicyProblems(`${path}.podFailurePolicy`, spec);
  yield* successPolicyProblems(`${path}.successPolicy`, spec);
  yield* replacementProblems(`${path}.podReplacementPolicy`, spec);
  yield* podTemplateProblems(`${path}.template`, spec.template);
  yield* restartProblems(`${path}.template.spec.restartPolicy`, spec);
}

function* replacementProblems(path: string, { podReplacementPolicy: policy, podFailurePolicy }: JobSpec): Problems {
  if (podFailurePolicy !== undefined && policy !== undefined && policy !== "Failed")
    yield unsupportedField(path, policy, ["Failed"]);
}

function* restartProblems(path: string, { template, podFailurePolicy }: JobSpec): Problems {
  const { restartPolicy } = template.spec;
  if (restartPolicy === "Always") yield requiredField(path, 'valid values: "OnFailure", "Never"');
  else if (restartPolicy !== "OnFailure" && restartPolicy !== "Never")
    yield unsupportedField(path, restartPolicy, ["OnFailure", "Never"]);
  else if (podFailurePolicy !== undefined && restartPolicy !== "Never")
    yield invalidField(path, restartPolicy, 'only "Never" is supported when podFailurePolicy is specified');
}
