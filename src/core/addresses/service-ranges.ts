import type { IPAddress } from "#api/networking/ip-address.ts";
import type { ServiceCIDR } from "#api/networking/service-cidr.ts";
import { showTime } from "#machinery/time.ts";
import { type Cidr, contains, parseCidr } from "#net/cidr.ts";
import { parseIp } from "#net/ip.ts";

// Source: KEP-1880; pkg/controller/servicecidrs in Kubernetes.

/** Holds a ServiceCIDR back while Services have addresses that no other one has. */
const rangeFinalizer = "networking.k8s.io/service-cidr-finalizer";

type Range = Pick<ServiceCIDR, "metadata" | "spec" | "status">;

export const blocksOf = ({ spec }: Range): readonly Cidr[] =>
  (spec.cidrs ?? []).flatMap((text) => parseCidr(text) ?? []);

const isLeaving = ({ metadata }: Range): boolean => metadata.deletionTimestamp !== undefined;
const readiness = ({ status }: Range) => status.conditions?.find(({ type }) => type === "Ready");

/** Whether addresses are given out of it. */
export const isOpen = (range: Range): boolean => !isLeaving(range) && readiness(range)?.status === "True";

/** What is to be written of a ServiceCIDR next; undefined: nothing. */
export type RangeStep =
  | { readonly kind: "finalizers"; readonly finalizers: readonly string[] }
  | { readonly kind: "condition"; readonly condition: NonNullable<ReturnType<typeof readiness>> };

/** `all` are the ServiceCIDRs that there are, `addresses` all that are in use; `now` in milliseconds since 1970. */
export function rangeStep(
  range: Range,
  {
    all,
    addresses,
    now,
  }: { readonly all: readonly Range[]; readonly addresses: readonly IPAddress[]; readonly now: number },
): RangeStep | undefined {
  const { finalizers = [] } = range.metadata;
  const isHeld = finalizers.includes(rangeFinalizer);
  if (!isLeaving(range)) {
    if (!isHeld) return { kind: "finalizers", finalizers: [...finalizers, rangeFinalizer] };
    return conditionStep(range, { status: "True", reason: "", message: "Kubernetes Service CIDR is ready" }, now);
  }
  if (!isHeld) return undefined;
  const others = all.filter((one) => one.metadata.uid !== range.metadata.uid && !isLeaving(one)).flatMap(blocksOf);
  if (!addresses.some((address) => isOnlyIn(address, blocksOf(range), others)))
    return { kind: "finalizers", finalizers: finalizers.filter((one) => one !== rangeFinalizer) };
  const message =
    "There are still IPAddresses referencing the ServiceCIDR, please remove them or create a new ServiceCIDR";
  return conditionStep(range, { status: "False", reason: "Terminating", message }, now);
}

function isOnlyIn({ metadata }: IPAddress, blocks: readonly Cidr[], others: readonly Cidr[]): boolean {
  const ip = parseIp(metadata.name);
  const isIn = (some: readonly Cidr[]): boolean => ip !== undefined && some.some((block) => contains(block, ip));
  return isIn(blocks) && !isIn(others);
}

function conditionStep(
  range: Range,
  said: { readonly status: string; readonly reason: string; readonly message: string },
  now: number,
): RangeStep | undefined {
  const before = readiness(range);
  if (before?.status === said.status && before.reason === said.reason) return undefined;
  return { kind: "condition", condition: { type: "Ready", ...said, lastTransitionTime: showTime(now) } };
}
