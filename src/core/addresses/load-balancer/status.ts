import type { LoadBalancerIngress, Service, ServiceStatus } from "#api/core/service.ts";
import type { Condition } from "#api/meta/condition.ts";
import type { LoadBalancerPool, LoadBalancerPoolStatus } from "#api/portolan/load-balancer-pool.ts";
import { showTime } from "#machinery/time.ts";
import { type Ip, parseIp } from "#net/ip.ts";
import type { LoadBalancerBook, Outcome } from "./book.ts";
import type { AddressPool, PoolVerdict } from "./pools.ts";
import type { Refusal } from "./wish.ts";

/** Tells in the status of a Service of type LoadBalancer whether it has the address that it wants, and why not. */
export const addressCondition = "portolan.io/LoadBalancerAddress";

/** What a Service is told: an outcome, or that it is somebody else's; undefined where it wants no such address. */
export type Told = Outcome | { readonly kind: "foreign"; readonly because: Refusal } | undefined;

/** The addresses that a Service's status says it has from us. */
export const addressesIn = ({ status }: Service): readonly Ip[] =>
  (status.loadBalancer.ingress ?? []).flatMap(({ ip = "" }) => parseIp(ip) ?? []);

/** The status that a Service should have; undefined where that is what it has. `now` in milliseconds since 1970. */
export function serviceStatus(service: Service, told: Told, now: number): ServiceStatus | undefined {
  const { status } = service;
  const before = status.conditions ?? none;
  const conditions = conditionsOf(service, told, now);
  const isSame = told?.kind === "foreign" || saysAlready(status, told);
  if (isSame && conditions === before) return undefined;
  const { conditions: _, ...rest } = status;
  return {
    ...rest,
    loadBalancer: isSame ? status.loadBalancer : loadBalancerOf(told),
    ...(conditions.length > 0 && { conditions }),
  };
}

/** Traffic that reaches the address is for the Service's own address: nodes send it on without going back (KEP-1860). */
const ingressOf = (told: Told): readonly LoadBalancerIngress[] =>
  told?.kind === "assigned" ? told.addresses.map(({ text }) => ({ ip: text, ipMode: "VIP" })) : [];

function loadBalancerOf(told: Told): ServiceStatus["loadBalancer"] {
  const ingress = ingressOf(told);
  return ingress.length === 0 ? {} : { ingress };
}

function saysAlready({ loadBalancer: { ingress = [] } }: ServiceStatus, told: Told): boolean {
  const wanted = ingressOf(told);
  return (
    ingress.length === wanted.length &&
    ingress.every(({ ip, ipMode, hostname }, i) => {
      const one = wanted[i];
      return ip === one?.ip && ipMode === one?.ipMode && hostname === undefined;
    })
  );
}

/** The very same list where nothing is different. */
function conditionsOf({ status, metadata }: Service, told: Told, now: number): readonly Condition[] {
  const all = status.conditions ?? none;
  const before = all.find(({ type }) => type === addressCondition);
  // Who serves a Service of another class tells about it in its own words.
  const isServed = told?.kind === "foreign" && (status.loadBalancer.ingress ?? []).length > 0;
  const draft = told === undefined || isServed ? undefined : wordsOf(told);
  if (before?.status === draft?.status && before?.reason === draft?.reason && before?.message === draft?.message)
    return all;
  const others = all.filter((one) => one !== before);
  if (draft === undefined) return others;
  const lastTransitionTime = before?.status === draft.status ? before.lastTransitionTime : showTime(now);
  const { generation } = metadata;
  const seen = generation === undefined ? {} : { observedGeneration: generation };
  return [...others, { type: addressCondition, ...seen, ...draft, lastTransitionTime }];
}
const none: readonly Condition[] = [];

function wordsOf(told: Exclude<Told, undefined>): Pick<Condition, "status" | "reason" | "message"> {
  if (told.kind !== "assigned") return { status: "False", ...told.because };
  const has = `it has ${told.addresses.map(({ text }) => text).join(", ")}`;
  return told.unmet === undefined
    ? { status: "True", reason: "Assigned", message: has }
    : { status: "False", reason: told.unmet.reason, message: `${told.unmet.message}; ${has} meanwhile` };
}

/** The status that a pool should have; undefined where that is what it has. */
export function poolStatus(
  { metadata, status }: LoadBalancerPool,
  { verdict, book }: { readonly verdict: PoolVerdict; readonly book: LoadBalancerBook },
  now: number,
): LoadBalancerPoolStatus | undefined {
  const counts = verdict.kind === "usable" ? countsOf(verdict.pool, book) : {};
  const words =
    verdict.kind === "usable"
      ? { status: "True", reason: "Usable", message: "addresses are given out of it" }
      : { status: "False", ...verdict.because };
  const before = status.conditions?.find(({ type }) => type === "Ready");
  const lastTransitionTime = before?.status === words.status ? before.lastTransitionTime : showTime(now);
  const ready: Condition = {
    type: "Ready",
    observedGeneration: metadata.generation ?? 1,
    ...words,
    lastTransitionTime,
  };
  const isSame =
    countNames.every((name) => counts[name] === status[name]) &&
    (["status", "reason", "message", "observedGeneration"] as const).every((name) => ready[name] === before?.[name]);
  return isSame ? undefined : { ...counts, conditions: [ready] };
}

type Counts = Omit<LoadBalancerPoolStatus, "conditions">;
const countNames = ["assignedIPv4", "assignedIPv6", "availableIPv4", "availableIPv6"] as const;

function countsOf(pool: AddressPool, book: LoadBalancerBook): Counts {
  const [four, six] = [book.usage(pool, "IPv4"), book.usage(pool, "IPv6")];
  return {
    ...(four && { assignedIPv4: countOf(four.assigned), availableIPv4: countOf(four.available) }),
    ...(six && { assignedIPv6: countOf(six.assigned), availableIPv6: countOf(six.available) }),
  };
}

/** JSON has no larger whole numbers: an IPv6 block may have more addresses. */
const countOf = (count: bigint): number => Number(count < most ? count : most);
const most = BigInt(Number.MAX_SAFE_INTEGER);
