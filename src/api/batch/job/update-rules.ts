import { type FieldProblem, invalidField } from "#machinery/field-problem.ts";
import { isSame } from "#machinery/rules/differences.ts";
import type { PodTemplateSpec } from "../../core/pod/spec.ts";
import type { JobSpec, JobStatus } from "./spec.ts";

// Source: ValidateJobSpecUpdate in pkg/apis/batch/validation/validation.go.

interface Subject {
  readonly spec: JobSpec;
  readonly status: JobStatus;
}
type Problems = Iterable<FieldProblem>;

const kept = [
  "selector",
  "completionMode",
  "podFailurePolicy",
  "backoffLimitPerIndex",
  "managedBy",
  "successPolicy",
] as const;

export function* jobUpdateProblems({ spec: next }: Subject, old: Subject): Problems {
  yield* completionsProblems(next, old.spec);
  for (const name of kept) yield* immutable(`spec.${name}`, next[name], old.spec[name]);
  const before = mayBePlacedAnew(old) ? withPlacement(old.spec.template, next.template) : old.spec.template;
  yield* immutable("spec.template", next.template, before);
}

const immutable = (path: string, next: unknown, old: unknown): readonly FieldProblem[] =>
  isSame(next, old) ? [] : [invalidField(path, next, "field is immutable")];

/** An indexed Job grows and shrinks in both numbers at once. Source: KEP-3715. */
function completionsProblems(next: JobSpec, old: JobSpec): Problems {
  const path = "spec.completions";
  if (next.completionMode !== "Indexed") return immutable(path, next.completions, old.completions);
  return next.completions === old.completions || next.completions === next.parallelism
    ? []
    : [invalidField(path, next.completions, "can only be modified in tandem with spec.parallelism")];
}

/** Queues decide where a suspended Job's pods shall go, as long as there were none yet. Source: KEP-2926. */
const mayBePlacedAnew = ({ spec, status }: Subject): boolean => spec.suspend === true && status.startTime === undefined;

/** `template` with everything of `next` that says where pods go. */
function withPlacement({ metadata, spec }: PodTemplateSpec, next: PodTemplateSpec): PodTemplateSpec {
  const { labels: _, annotations: __, ...restMetadata } = metadata;
  const { nodeSelector: ___, tolerations: ____, schedulingGates: _____, affinity, ...rest } = spec;
  const { nodeSelector, tolerations, schedulingGates } = next.spec;
  const { nodeAffinity: ______, ...others } = affinity ?? {};
  const nodeAffinity = next.spec.affinity?.nodeAffinity;
  const hasAffinity = next.spec.affinity !== undefined || Object.keys(others).length > 0;
  const { labels, annotations } = next.metadata;
  return {
    metadata: { ...restMetadata, ...(labels && { labels }), ...(annotations && { annotations }) },
    spec: {
      ...rest,
      ...(nodeSelector && { nodeSelector }),
      ...(tolerations && { tolerations }),
      ...(schedulingGates && { schedulingGates }),
      ...(hasAffinity && { affinity: { ...others, ...(nodeAffinity && { nodeAffinity }) } }),
    },
  };
}
