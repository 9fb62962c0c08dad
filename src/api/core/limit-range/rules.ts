import { duplicateField, type FieldProblem, forbiddenField, invalidField } from "#machinery/field-problem.ts";
import { compareQuantities, mustQuantity } from "#machinery/quantity.ts";
import { resourceNameProblems } from "../resource-names.ts";
import type { LimitRangeItem, LimitRangeSpec } from "./spec.ts";

// Source: ValidateLimitRange in pkg/apis/core/validation/validation.go.

type Problems = Iterable<FieldProblem>;
type Amounts = Readonly<Record<string, string>>;

export function* limitRangeProblems({ spec: { limits } }: { readonly spec: LimitRangeSpec }): Problems {
  const seen = new Set<string>();
  for (const [i, item] of limits.entries()) {
    const path = `spec.limits[${i}]`;
    if (seen.has(item.type)) yield duplicateField(`${path}.type`, item.type);
    seen.add(item.type);
    yield* itemProblems(path, item);
  }
}

function* itemProblems(path: string, item: LimitRangeItem): Problems {
  const fields = ["max", "min", "default", "defaultRequest", "maxLimitRequestRatio"] as const;
  for (const field of fields)
    for (const name of Object.keys(item[field] ?? {})) yield* resourceNameProblems(`${path}.${field}[${name}]`, name);
  if (item.type === "Pod")
    for (const field of ["default", "defaultRequest"] as const)
      if (item[field] !== undefined)
        yield forbiddenField(`${path}.${field}`, "may not be specified when `type` is 'Pod'");
  const names = new Set(fields.flatMap((field) => Object.keys(item[field] ?? {})));
  for (const name of names) yield* boundProblems(path, name, item);
}

/** min ≤ defaultRequest ≤ default ≤ max: each pair that is there must be in order. */
const order = ["min", "defaultRequest", "default", "max"] as const;
const words = { min: "min", defaultRequest: "default request", default: "default", max: "max" };

function* boundProblems(path: string, name: string, item: LimitRangeItem): Problems {
  for (const [at, low] of order.entries())
    for (const high of order.slice(at + 1)) {
      const [lower, upper] = [amountOf(item[low], name), amountOf(item[high], name)];
      if (lower === undefined || upper === undefined) continue;
      if (compareQuantities(mustQuantity(lower), mustQuantity(upper)) > 0)
        yield invalidField(
          `${path}.${low}[${name}]`,
          lower,
          `${words[low]} value ${lower} is greater than ${words[high]} value ${upper}`,
        );
    }
  const ratio = amountOf(item.maxLimitRequestRatio, name);
  if (ratio !== undefined && compareQuantities(mustQuantity(ratio), mustQuantity("1")) < 0)
    yield invalidField(`${path}.maxLimitRequestRatio[${name}]`, ratio, `ratio ${ratio} is less than 1`);
}

const amountOf = (amounts: Amounts | undefined, name: string): string | undefined =>
  amounts !== undefined && Object.hasOwn(amounts, name) ? amounts[name] : undefined;
