import {
  duplicateField,
  type FieldProblem,
  forbiddenField,
  invalidField,
  requiredField,
} from "#machinery/field-problem.ts";
import { compareQuantities, mustQuantity, type Quantity } from "#machinery/quantity.ts";
import { labelKeyTrouble } from "#machinery/rules/names.ts";
import { allowsOvercommit, containerResourceNameProblems, resourceNameProblems } from "../resource-names.ts";
import type { LimitRangeItem, LimitRangeSpec } from "./spec.ts";

// Source: ValidateLimitRange in pkg/apis/core/validation/validation.go.

type Problems = Iterable<FieldProblem>;

export function* limitRangeProblems({ spec: { limits } }: { readonly spec: LimitRangeSpec }): Problems {
  const seen = new Set<string>();
  for (const [i, item] of limits.entries()) {
    const path = `spec.limits[${i}]`;
    yield* typeProblems(`${path}.type`, item.type);
    if (seen.has(item.type)) yield duplicateField(`${path}.type`, item.type);
    seen.add(item.type);
    yield* itemProblems(path, item);
  }
}

const types: readonly string[] = ["Pod", "Container", "PersistentVolumeClaim"];

function* typeProblems(path: string, type: string): Problems {
  const troubles = labelKeyTrouble(type);
  for (const trouble of troubles) yield invalidField(path, type, trouble);
  if (troubles.length === 0 && !type.includes("/") && !types.includes(type))
    yield invalidField(path, type, "must be a standard limit type or fully qualified");
}

const fields = ["max", "min", "default", "defaultRequest", "maxLimitRequestRatio"] as const;

function* itemProblems(path: string, item: LimitRangeItem): Problems {
  const { type } = item;
  const nameProblems = type === "Pod" || type === "Container" ? containerResourceNameProblems : resourceNameProblems;
  for (const field of fields)
    if (type === "Pod" && (field === "default" || field === "defaultRequest")) {
      if (item[field] !== undefined)
        yield forbiddenField(`${path}.${field}`, "may not be specified when `type` is 'Pod'");
    } else for (const name of Object.keys(item[field] ?? {})) yield* nameProblems(`${path}.${field}[${name}]`, name);
  if (type === "PersistentVolumeClaim" && item.min?.storage === undefined && item.max?.storage === undefined)
    yield requiredField(
      `${path}.limits`,
      "either minimum or maximum storage value is required, but neither was provided",
    );
  const names = new Set(fields.flatMap((field) => Object.keys(item[field] ?? {})));
  for (const name of names) {
    yield* orderProblems(path, name, item);
    yield* ratioProblems(`${path}.maxLimitRequestRatio[${name}]`, name, item);
    yield* equalityProblems(`${path}.defaultRequest[${name}]`, name, item);
  }
}

type Bound = "min" | "max" | "default" | "defaultRequest";

/** What may not be above what, which field is told to be wrong, and whose value; as Kubernetes has it. */
const orders: readonly {
  readonly low: readonly [Bound, word: string];
  readonly high: readonly [Bound, word: string];
  readonly at: Bound;
  readonly shown: Bound;
}[] = [
  { low: ["min", "min"], high: ["max", "max"], at: "min", shown: "min" },
  { low: ["min", "min"], high: ["defaultRequest", "default request"], at: "defaultRequest", shown: "defaultRequest" },
  { low: ["defaultRequest", "default request"], high: ["max", "max"], at: "defaultRequest", shown: "defaultRequest" },
  {
    low: ["defaultRequest", "default request"],
    high: ["default", "default limit"],
    at: "defaultRequest",
    shown: "defaultRequest",
  },
  { low: ["min", "min"], high: ["default", "default"], at: "default", shown: "min" },
  { low: ["default", "default"], high: ["max", "max"], at: "default", shown: "max" },
];

function* orderProblems(path: string, name: string, item: LimitRangeItem): Problems {
  for (const { low, high, at, shown } of orders) {
    const [lower, upper] = [amountOf(item, low[0], name), amountOf(item, high[0], name)];
    if (lower === undefined || upper === undefined) continue;
    if (compareQuantities(mustQuantity(lower), mustQuantity(upper)) > 0)
      yield invalidField(
        `${path}.${at}[${name}]`,
        amountOf(item, shown, name),
        `${low[1]} value ${lower} is greater than ${high[1]} value ${upper}`,
      );
  }
}

function* ratioProblems(path: string, name: string, item: LimitRangeItem): Problems {
  const ratio = amountOf(item, "maxLimitRequestRatio", name);
  if (ratio === undefined) return;
  const given = mustQuantity(ratio);
  if (compareQuantities(given, mustQuantity("1")) < 0) yield invalidField(path, ratio, `ratio ${ratio} is less than 1`);
  const [min, max] = [amountOf(item, "min", name), amountOf(item, "max", name)];
  if (min === undefined || max === undefined) return;
  const most = asNumber(mustQuantity(max)) / asNumber(mustQuantity(min));
  if (asNumber(given) > most)
    yield invalidField(path, ratio, `ratio ${ratio} is greater than max/min = ${showRatio(most)}`);
}
const asNumber = ({ nanos }: Quantity): number => Number(nanos) / 1e9;
/** As Go's %f prints it. */
const showRatio = (ratio: number): string => (Number.isFinite(ratio) ? ratio.toFixed(6) : "+Inf");

/** Of what is never promised twice, everybody gets what he asks for. */
function* equalityProblems(path: string, name: string, item: LimitRangeItem): Problems {
  const [limit, request] = [amountOf(item, "default", name), amountOf(item, "defaultRequest", name)];
  if (limit === undefined || request === undefined || allowsOvercommit(name)) return;
  if (compareQuantities(mustQuantity(limit), mustQuantity(request)) !== 0)
    yield invalidField(
      path,
      request,
      `default value ${limit} must equal to defaultRequest value ${request} in ${name}`,
    );
}

/** A pod as such has no defaults, whatever was sent. */
function amountOf(item: LimitRangeItem, field: (typeof fields)[number], name: string): string | undefined {
  const amounts = item.type === "Pod" && field.startsWith("default") ? undefined : item[field];
  return amounts !== undefined && Object.hasOwn(amounts, name) ? amounts[name] : undefined;
}
