import { type FieldProblem, invalidField, requiredField } from "#machinery/field-problem.ts";
import type { JobSpec } from "./spec.ts";

// Source: validateJobSpec in pkg/apis/batch/validation/validation.go.

type Problems = Iterable<FieldProblem>;

/** A status must have room for what it says of indexes that were lost. */
const mostParallel = 100_000;
const mostFailedIndexes = 100_000;
/** Above so many completions less of the rest is let in. Source: completionsSoftLimit. */
const manyCompletions = 100_000;
const mostWithMany = 10_000;

export function* indexedProblems(path: string, spec: JobSpec): Problems {
  const { completions, parallelism, maxFailedIndexes } = spec;
  const [parallelismPath, failedPath] = [`${path}.parallelism`, `${path}.maxFailedIndexes`];
  if (completions === undefined) yield requiredField(`${path}.completions`, "when completion mode is Indexed");
  if (parallelism !== undefined && parallelism > mostParallel) {
    const detail = `must be less than or equal to ${mostParallel} when completion mode is Indexed`;
    yield invalidField(parallelismPath, parallelism, detail);
  }
  if (completions !== undefined && maxFailedIndexes !== undefined && maxFailedIndexes > completions)
    yield invalidField(failedPath, maxFailedIndexes, "must be less than or equal to completions");
  if (maxFailedIndexes !== undefined && maxFailedIndexes > mostFailedIndexes)
    yield invalidField(failedPath, maxFailedIndexes, `must be less than or equal to ${mostFailedIndexes}`);
  if (completions !== undefined && completions > manyCompletions && spec.backoffLimitPerIndex !== undefined) {
    if (maxFailedIndexes === undefined)
      yield requiredField(failedPath, `must be specified when completions is above ${manyCompletions}`);
    const detail = `must be less than or equal to ${mostWithMany} when completions are above ${manyCompletions} and used with backoff limit per index`;
    if (parallelism !== undefined && parallelism > mostWithMany)
      yield invalidField(parallelismPath, parallelism, detail);
    if (maxFailedIndexes !== undefined && maxFailedIndexes > mostWithMany)
      yield invalidField(failedPath, maxFailedIndexes, detail);
  }
}

export function* notIndexedProblems(path: string, spec: JobSpec): Problems {
  for (const name of ["backoffLimitPerIndex", "maxFailedIndexes"] as const)
    if (spec[name] !== undefined) yield invalidField(`${path}.${name}`, spec[name], "requires indexed completion mode");
}
