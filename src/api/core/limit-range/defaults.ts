import type { LimitRangeItem, LimitRangeSpec } from "./spec.ts";

/** What a container gets is told from its bounds where it isn't said. Source: SetDefaults_LimitRangeItem in pkg/apis/core/v1. */
export function deriveLimitRange<R extends { readonly spec: LimitRangeSpec }>(range: R): R {
  return { ...range, spec: { ...range.spec, limits: range.spec.limits.map(deriveItem) } };
}

type Amounts = Readonly<Record<string, string>>;

function deriveItem(item: LimitRangeItem): LimitRangeItem {
  if (item.type !== "Container") return item;
  const limits = { ...item.max, ...item.default };
  const requests = { ...item.min, ...limits, ...item.defaultRequest };
  return { ...item, ...filled("default", limits), ...filled("defaultRequest", requests) };
}

const filled = (field: string, amounts: Amounts): Readonly<Record<string, Amounts>> =>
  Object.keys(amounts).length === 0 ? {} : { [field]: amounts };
