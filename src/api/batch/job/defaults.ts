import { deriveTemplate } from "../../core/pod/defaults.ts";
import type { JobSpec } from "./spec.ts";

interface Subject {
  readonly spec: JobSpec;
}

const int32Max = 2 ** 31 - 1;

/** All but its labels, which wait for the server's own. Source: SetDefaults_Job in pkg/apis/batch/v1/defaults.go. */
export function deriveJob<J extends Subject>(job: J): J {
  const { spec } = job;
  const { parallelism, completions = parallelism === undefined ? 1 : undefined } = spec;
  return {
    ...job,
    spec: {
      ...spec,
      parallelism: parallelism ?? 1,
      ...(completions !== undefined && { completions }),
      backoffLimit: spec.backoffLimit ?? (spec.backoffLimitPerIndex === undefined ? 6 : int32Max),
      completionMode: spec.completionMode ?? "NonIndexed",
      suspend: spec.suspend ?? false,
      manualSelector: spec.manualSelector ?? false,
      podReplacementPolicy:
        spec.podReplacementPolicy ?? (spec.podFailurePolicy === undefined ? "TerminatingOrFailed" : "Failed"),
      template: deriveTemplate(spec.template),
    },
  };
}
