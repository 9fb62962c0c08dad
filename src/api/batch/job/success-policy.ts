import {
  type FieldProblem,
  invalidField,
  requiredField,
  tooLongField,
  tooManyField,
} from "#machinery/field-problem.ts";
import { negativeProblems } from "#machinery/rules/numbers.ts";
import type { JobSpec, SuccessPolicyRule } from "./spec.ts";

// Source: validateSuccessPolicy in pkg/apis/batch/validation/validation.go.

type Problems = Iterable<FieldProblem>;

const mostRules = 20;
const longestIndexesBytes = 64 * 1024;

export function* successPolicyProblems(path: string, spec: JobSpec): Problems {
  const { successPolicy, completionMode, completions = 0 } = spec;
  if (successPolicy === undefined) return;
  if (completionMode !== "Indexed") {
    yield invalidField(path, successPolicy, "requires indexed completion mode");
    return;
  }
  const { rules } = successPolicy;
  if (rules.length === 0)
    yield requiredField(`${path}.rules`, "at least one rules must be specified when the successPolicy is specified");
  if (rules.length > mostRules) yield tooManyField(`${path}.rules`, rules.length, mostRules);
  for (const [i, rule] of rules.entries()) yield* ruleProblems(`${path}.rules[${i}]`, rule, completions);
}

function* ruleProblems(
  path: string,
  { succeededCount: count, succeededIndexes: indexes }: SuccessPolicyRule,
  completions: number,
): Problems {
  if (count === undefined && indexes === undefined)
    yield requiredField(path, "at least one of succeededCount or succeededIndexes must be specified");
  const read = indexes === undefined ? undefined : readIndexes(indexes, completions);
  if (indexes !== undefined && indexes.length > longestIndexesBytes)
    yield tooLongField(`${path}.succeededIndexes`, longestIndexesBytes);
  if (read?.kind === "malformed")
    yield invalidField(`${path}.succeededIndexes`, indexes, `error parsing succeededIndexes: ${read.message}`);
  if (count === undefined) return;
  yield* negativeProblems(`${path}.succeededCount`, count);
  if (count > completions)
    yield invalidField(`${path}.succeededCount`, count, mostOf(completions, "the number of specified completions"));
  if (read?.kind === "read" && count > read.total) {
    const what = "the number of indexes in the specified succeededIndexes field";
    yield invalidField(`${path}.succeededCount`, count, mostOf(read.total, what));
  }
}
const mostOf = (most: number, what: string): string => `must be less than or equal to ${most} (${what})`;

type Indexes =
  | { readonly kind: "read"; readonly total: number }
  | { readonly kind: "malformed"; readonly message: string };
const malformed = (message: string): Indexes => ({ kind: "malformed", message });

/** `0,2-5`: intervals in ascending order, all below `completions`. Source: validateIndexesFormat. */
function readIndexes(text: string, completions: number): Indexes {
  let total = 0;
  let last: number | undefined;
  for (const interval of text === "" ? [] : text.split(",")) {
    const parts = interval.split("-");
    if (parts.length > 2) {
      const law = "the requirement that an index interval can have at most two parts separated by '-'";
      return malformed(`the fragment ${JSON.stringify(interval)} violates ${law}`);
    }
    for (const part of parts) {
      if (!/^[+-]?\d+$/.test(part))
        return malformed(`cannot convert string to integer for index: ${JSON.stringify(part)}`);
      if (Number(part) >= completions) return malformed(`too large index: ${JSON.stringify(part)}`);
    }
    const [first = 0, end = first] = parts.map(Number);
    const before = parts.length === 2 && first >= end ? ([first, end] as const) : undefined;
    const [previous, current] = before ?? [last ?? first - 1, first];
    if (previous >= current) return malformed(`non-increasing order, previous: ${previous}, current: ${current}`);
    total += end - first + 1;
    last = end;
  }
  return { kind: "read", total };
}
