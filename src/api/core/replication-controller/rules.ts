import { type FieldProblem, requiredField } from "#machinery/field-problem.ts";
import { negativeProblems } from "#machinery/rules/numbers.ts";
import type { ObjectMeta } from "../../meta/object-meta.ts";
import { deriveTemplate } from "../pod/defaults.ts";
import { lastingProblems, matchProblems, podTemplateProblems } from "../pod/rules/template.ts";
import type { ReplicationControllerSpec } from "./spec.ts";

// Source: ValidateReplicationControllerSpec in pkg/apis/core/validation/validation.go.

interface Subject {
  readonly metadata: ObjectMeta;
  readonly spec: ReplicationControllerSpec;
}
type Problems = Iterable<FieldProblem>;

/** The template's labels serve for all that has none of its own. Source: SetDefaults_ReplicationController. */
export function deriveReplicationController<R extends Subject>(controller: R): R {
  const { metadata, spec } = controller;
  if (spec.template === undefined) return controller;
  const template = deriveTemplate(spec.template);
  const { labels } = template.metadata;
  const [selector, own] = [spec.selector ?? labels, metadata.labels ?? labels];
  return {
    ...controller,
    metadata: { ...metadata, ...(own && { labels: own }) },
    spec: { ...spec, template, ...(selector && { selector }) },
  };
}

export const replicationControllerRules: readonly ((controller: Subject) => Problems)[] = [
  ({ spec }) => negativeProblems("spec.minReadySeconds", spec.minReadySeconds),
  ({ spec }) => (spec.selector === undefined ? [requiredField("spec.selector")] : []),
  ({ spec }) => negativeProblems("spec.replicas", spec.replicas),
  templateProblems,
];

function* templateProblems({ spec: { selector, template } }: Subject): Problems {
  const path = "spec.template";
  if (template === undefined) {
    yield requiredField(path);
    return;
  }
  if (selector !== undefined) yield* matchProblems(path, { matchLabels: selector }, template);
  yield* podTemplateProblems(path, template);
  yield* lastingProblems(path, template, "ReplicationController");
}
