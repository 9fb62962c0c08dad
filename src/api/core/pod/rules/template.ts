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

export const isEmptySelector = ({ matchLabels = {}, matchExpressions = [] }: LabelSelector): boolean =>
  Object.keys(matchLabels).length + matchExpressions.length === 0;

export function* selectorProblems({ spec: { selector } }: Workload): Problems {
  if (isEmptySelector(selector)) yield requiredField("spec.selector");
  else yield* labelSelectorProblems("spec.selector", selector);
}

/** For what knows its pods by labels and keeps them running for good. `kind` is what Kubernetes calls it in its refusal. */
export function* templateProblems({ spec: { selector, template } }: Workload, kind = "ReplicaSet"): Problems {
  const path = "spec.template";
  if (isEmptySelector(selector)) yield unmatchedLabels(path, template);
  else yield* matchProblems(path, selector, template);
  yield* podTemplateProblems(path, template);
  yield* lastingProblems(path, template, kind);
}

const unmatchedLabels = (path: string, { metadata: { labels = {} } }: PodTemplateSpec): FieldProblem =>
  invalidField(`${path}.metadata.labels`, labels, "`selector` does not match template `labels`");

/** What it makes, it must know. */
export function* matchProblems(path: string, selector: LabelSelector, template: PodTemplateSpec): Problems {
  if (!matchesLabels(selectorOf(selector), template.metadata.labels ?? {})) yield unmatchedLabels(path, template);
}

/** Source: ValidatePodTemplateSpec in pkg/apis/core/validation/validation.go. */
export function* podTemplateProblems(path: string, { metadata, spec }: PodTemplateSpec): Problems {
  yield* labelProblems(metadata.labels, `${path}.labels`);
  yield* annotationProblems(metadata.annotations, `${path}.annotations`);
  yield* podSpecProblems(`${path}.spec`, spec);
  if ((spec.ephemeralContainers ?? []).length > 0)
    yield forbiddenField(`${path}.spec.ephemeralContainers`, "ephemeral containers not allowed in pod template");
}

/** For templates of pods that are to run for good. */
export function* lastingProblems(path: string, { spec }: PodTemplateSpec, kind: string): Problems {
  const { restartPolicy, activeDeadlineSeconds } = spec;
  if (restartPolicy !== "Always") yield unsupportedField(`${path}.spec.restartPolicy`, restartPolicy, ["Always"]);
  if (activeDeadlineSeconds !== undefined)
    yield forbiddenField(`${path}.spec.activeDeadlineSeconds`, `activeDeadlineSeconds in ${kind} is not Supported`);
}

/** The pods that it already has must stay its own. */
export function* keptSelectorProblems({ spec: next }: Workload, { spec: old }: Workload): Problems {
  if (!isSame(next.selector, old.selector)) yield invalidField("spec.selector", next.selector, "field is immutable");
}
