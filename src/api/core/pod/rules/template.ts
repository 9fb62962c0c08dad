import {
  type FieldProblem,
  forbiddenField,
  invalidField,
  requiredField,
  unsupportedField,
} from "#machinery/field-problem.ts";
import { isSame } from "#machinery/rules/differences.ts";
import { labelSelectorProblems } from "#machinery/rules/label-selector.ts";
import { annotationProblems, labelProblems } from "#machinery/rules/metadata.ts";
import { matchesLabels, selectorOf } from "#machinery/selectors.ts";
import type { LabelSelector } from "../../../meta/label-selector.ts";
import type { PodTemplateSpec } from "../spec.ts";
import { podSpecProblems } from "./spec.ts";

// Source: ValidatePodTemplateSpecForReplicaSet in pkg/apis/apps/validation/validation.go.

type Problems = Iterable<FieldProblem>;

/** What makes pods from a template, and knows them by their labels. */
interface Workload {
  readonly spec: { readonly selector: LabelSelector; readonly template: PodTemplateSpec };
}

const isEmpty = ({ matchLabels = {}, matchExpressions = [] }: LabelSelector): boolean =>
  Object.keys(matchLabels).length + matchExpressions.length === 0;

export function* selectorProblems({ spec: { selector } }: Workload): Problems {
  if (isEmpty(selector)) yield requiredField("spec.selector");
  else yield* labelSelectorProblems("spec.selector", selector);
}

export function* templateProblems({ spec: { selector, template } }: Workload): Problems {
  const path = "spec.template";
  const { labels = {}, annotations } = template.metadata;
  if (isEmpty(selector) || !matchesLabels(selectorOf(selector), labels))
    yield invalidField(`${path}.metadata.labels`, labels, "`selector` does not match template `labels`");
  yield* labelProblems(labels, `${path}.labels`);
  yield* annotationProblems(annotations, `${path}.annotations`);
  yield* podSpecProblems(`${path}.spec`, template.spec);
  const { restartPolicy, activeDeadlineSeconds, ephemeralContainers = [] } = template.spec;
  if (ephemeralContainers.length > 0)
    yield forbiddenField(`${path}.spec.ephemeralContainers`, "ephemeral containers not allowed in pod template");
  if (restartPolicy !== "Always") yield unsupportedField(`${path}.spec.restartPolicy`, restartPolicy, ["Always"]);
  if (activeDeadlineSeconds !== undefined)
    yield forbiddenField(`${path}.spec.activeDeadlineSeconds`, "activeDeadlineSeconds in ReplicaSet is not Supported");
}

/** The pods that it already has must stay its own. */
export function* keptSelectorProblems({ spec: next }: Workload, { spec: old }: Workload): Problems {
  if (!isSame(next.selector, old.selector)) yield invalidField("spec.selector", next.selector, "field is immutable");
}
