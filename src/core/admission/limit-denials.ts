import type { LimitRangeItem } from "#api/core/limit-range/spec.ts";
import type { LimitRange } from "#api/core/limit-range.ts";
import type { PersistentVolumeClaim } from "#api/core/persistent-volume-claim.ts";
import type { Pod } from "#api/core/pod.ts";
import { compareQuantities, mustQuantity, type Quantity, showQuantity } from "#machinery/quantity.ts";
import { type Amounts, amountsOf, none } from "./amounts.ts";
import { podAmounts } from "./pod-amounts.ts";

// Source: plugin/pkg/admission/limitranger/admission.go in Kubernetes, in whose words it refuses.

/** What somebody asks for, and is to have at most. */
interface Asked {
  readonly requests: Amounts;
  readonly limits: Amounts;
}

/** Why a LimitRange doesn't have the pod; undefined: it has. */
export function podLimitDenial({ spec }: Pod, range: LimitRange): string | undefined {
  const containers = [...spec.containers, ...(spec.initContainers ?? [])];
  return together(
    range.spec.limits.flatMap((item) => {
      switch (item.type) {
        case "Container":
          return containers.flatMap(({ resources }) => [
            ...itemDenials(item, { requests: amountsOf(resources.requests), limits: amountsOf(resources.limits) }),
          ]);
        case "Pod":
          return [...itemDenials(item, podAmounts(spec))];
        default:
          return [];
      }
    }),
  );
}

/** Why a LimitRange doesn't have the claim; undefined: it has. A claim has no limits. */
export function claimLimitDenial({ spec }: PersistentVolumeClaim, range: LimitRange): string | undefined {
  const requests = amountsOf(spec.resources.requests);
  return together(
    range.spec.limits
      .filter(({ type }) => type === "PersistentVolumeClaim")
      .flatMap((item) => [
        ...eachOf(item, "min", (bound) => belowMinimum(bound, { requests, limits: none })),
        ...eachOf(item, "max", (bound) => overMaximum(bound, { word: "request", amounts: requests })),
      ]),
  );
}

/** As Kubernetes lists several errors: each once, in brackets. */
function together(denials: readonly string[]): string | undefined {
  const all = [...new Set(denials)];
  return all.length > 1 ? `[${all.join(", ")}]` : all[0];
}

interface Bound {
  readonly type: string;
  readonly resource: string;
  readonly text: string;
  readonly amount: Quantity;
}

function* itemDenials(item: LimitRangeItem, asked: Asked): Iterable<string> {
  const { requests, limits } = asked;
  yield* eachOf(item, "min", (bound) => belowMinimum(bound, asked));
  yield* eachOf(item, "max", (bound) => {
    const overLimit = overMaximum(bound, { word: "limit", amounts: limits });
    return (
      overLimit ??
      (requests.has(bound.resource) ? overMaximum(bound, { word: "request", amounts: requests }) : undefined)
    );
  });
  yield* eachOf(item, "maxLimitRequestRatio", (bound) => overRatio(bound, asked));
}

function* eachOf(
  item: LimitRangeItem,
  field: "min" | "max" | "maxLimitRequestRatio",
  denial: (bound: Bound) => string | undefined,
): Iterable<string> {
  for (const [resource, text] of Object.entries(item[field] ?? {}).toSorted()) {
    const denied = denial({ type: item.type, resource, text, amount: mustQuantity(text) });
    if (denied !== undefined) yield denied;
  }
}

function belowMinimum({ type, resource, text, amount }: Bound, { requests, limits }: Asked): string | undefined {
  const rule = `minimum ${resource} usage per ${type} is ${text}`;
  const [request, limit] = [requests.get(resource), limits.get(resource)];
  if (request === undefined) return `${rule}.  No request is specified`;
  if (compareQuantities(request, amount) < 0) return `${rule}, but request is ${showQuantity(request)}`;
  return limit !== undefined && compareQuantities(limit, amount) < 0
    ? `${rule}, but limit is ${showQuantity(limit)}`
    : undefined;
}

interface Measured {
  readonly word: "limit" | "request";
  readonly amounts: Amounts;
}

function overMaximum({ type, resource, text, amount }: Bound, { word, amounts }: Measured): string | undefined {
  const rule = `maximum ${resource} usage per ${type} is ${text}`;
  const asked = amounts.get(resource);
  if (asked === undefined) return `${rule}.  No ${word} is specified`;
  return compareQuantities(asked, amount) > 0 ? `${rule}, but ${word} is ${showQuantity(asked)}` : undefined;
}

function overRatio({ type, resource, text, amount }: Bound, { requests, limits }: Asked): string | undefined {
  const rule = `${resource} max limit to request ratio per ${type} is ${text}`;
  const [request, limit] = [requests.get(resource)?.nanos ?? 0n, limits.get(resource)?.nanos ?? 0n];
  if (request === 0n) return `${rule}, but no request is specified or request is 0`;
  if (limit === 0n) return `${rule}, but no limit is specified or limit is 0`;
  const isOver = limit * 10n ** 9n > amount.nanos * request;
  return isOver ? `${rule}, but provided ratio is ${(Number(limit) / Number(request)).toFixed(6)}` : undefined;
}
