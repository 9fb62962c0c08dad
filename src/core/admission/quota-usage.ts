import type { PersistentVolumeClaim } from "#api/core/persistent-volume-claim.ts";
import type { Pod } from "#api/core/pod.ts";
import type { Service } from "#api/core/service.ts";
import type { AnyKind } from "#machinery/kind.ts";
import type { Quantity } from "#machinery/quantity.ts";
import { unreachable } from "../unreachable.ts";
import { type Amounts, amountsOf, larger, one, plus } from "./amounts.ts";
import { podAmounts } from "./pod-amounts.ts";

/** An object as quotas count it. Source: pkg/quota/v1/evaluator/core in Kubernetes. */
export type Counted =
  | { readonly kind: "pod"; readonly pod: Pod }
  | { readonly kind: "service"; readonly service: Service }
  | { readonly kind: "claim"; readonly claim: PersistentVolumeClaim }
  | { readonly kind: "other"; readonly of: CountedKind };

export type CountedKind = Pick<AnyKind, "group" | "plural">;

/** What an object uses of all that quotas may bound. */
export function usageOf(counted: Counted): Amounts {
  switch (counted.kind) {
    case "pod":
      return podUsage(counted.pod);
    case "service":
      return serviceUsage(counted.service);
    case "claim":
      return claimUsage(counted.claim);
    case "other":
      return new Map(countNames(counted.of).map((name) => [name, one]));
    default:
      return unreachable(counted);
  }
}

/** Kinds that had a name in quotas before every kind could be counted. */
const countedByName = ["configmaps", "replicationcontrollers", "resourcequotas", "secrets"];

/** `count/deployments.apps`; Secrets are counted as `count/secrets` and `secrets`. Source: ObjectCountQuotaResourceNameFor. */
function countNames({ group, plural }: CountedKind): readonly string[] {
  const count = `count/${plural}${group === "" ? "" : `.${group}`}`;
  return group === "" && countedByName.includes(plural) ? [count, plural] : [count];
}

/** Whether a quota of that name can count an object of that kind. */
export function countsKind(resource: string, kind: CountedKind): boolean {
  if (countNames(kind).includes(resource)) return true;
  if (kind.group !== "") return false;
  switch (kind.plural) {
    case "pods":
      return isOfPods(resource);
    case "services":
      return resource === "services" || resource.startsWith("services.");
    case "persistentvolumeclaims":
      return isOfClaims(resource);
    default:
      return false;
  }
}

const measured = ["cpu", "memory", "ephemeral-storage"];
const ofPods = new Set([
  "pods",
  ...measured,
  ...measured.flatMap((resource) => [`requests.${resource}`, `limits.${resource}`]),
]);
const isOfPods = (resource: string): boolean =>
  ofPods.has(resource) ||
  resource.startsWith("hugepages-") ||
  (resource.startsWith("requests.") && isOfDevices(resource.slice("requests.".length)));
const isOfDevices = (resource: string): boolean => resource.startsWith("hugepages-") || isExtended(resource);
/** Somebody's devices: `example.com/gpu`. */
const isExtended = (resource: string): boolean => resource.includes("/") && !resource.includes("kubernetes.io/");

const classSuffix = ".storageclass.storage.k8s.io/";
const isOfClaims = (resource: string): boolean =>
  claimResources.includes(resource) || claimResources.some((name) => resource.endsWith(`${classSuffix}${name}`));
const claimResources = ["persistentvolumeclaims", "requests.storage"];

/** A pod that has ended is stored still, and uses nothing else. Its overhead is its own. */
function podUsage({ spec, status }: Pod): Amounts {
  const stored: Amounts = new Map([["count/pods", one]]);
  if (status.phase === "Succeeded" || status.phase === "Failed") return stored;
  const { requests, limits } = podAmounts(spec);
  const overhead = amountsOf(spec.overhead);
  const onTop = new Map([...overhead].filter(([name]) => limits.has(name)));
  return new Map([...stored, ["pods", one], ...computeUsage(plus(requests, overhead), plus(limits, onTop))]);
}

/** By the names that quotas have for what containers say. Source: podComputeUsageHelper. */
export function computeUsage(requests: Amounts, limits: Amounts): Amounts {
  const usage = new Map<string, Quantity>();
  for (const [name, amount] of requests) {
    if (measured.includes(name) || name.startsWith("hugepages-"))
      usage.set(name, amount).set(`requests.${name}`, amount);
    else if (isExtended(name)) usage.set(`requests.${name}`, amount);
  }
  for (const [name, amount] of limits) if (measured.includes(name)) usage.set(`limits.${name}`, amount);
  return usage;
}

const count = (objects: number): Quantity => ({ ...one, nanos: one.nanos * BigInt(objects) });

function serviceUsage({ spec }: Service): Amounts {
  const { type, ports = [], allocateLoadBalancerNodePorts: takesPorts = true } = spec;
  const asked = ports.filter(({ nodePort }) => takesPorts || (nodePort ?? 0) !== 0).length;
  const nodePorts = type === "NodePort" ? ports.length : type === "LoadBalancer" ? asked : 0;
  return new Map([
    ["count/services", one],
    ["services", one],
    ["services.nodeports", count(nodePorts)],
    ["services.loadbalancers", count(type === "LoadBalancer" ? 1 : 0)],
  ]);
}

/** A claim that has grown may have been given more than it asks for now. */
function claimUsage({ metadata, spec, status }: PersistentVolumeClaim): Amounts {
  const asked = storageOf(spec.resources.requests);
  const storage = larger(asked, storageOf(status.allocatedResources)).get("requests.storage");
  const own: Amounts = new Map([
    ["persistentvolumeclaims", one],
    ...(storage === undefined ? [] : [["requests.storage", storage] as const]),
  ]);
  const className = spec.storageClassName ?? metadata.annotations?.["volume.beta.kubernetes.io/storage-class"] ?? "";
  const ofClass = [...own].map(([name, amount]) => [`${className}${classSuffix}${name}`, amount] as const);
  return new Map([["count/persistentvolumeclaims", one], ...own, ...(className === "" ? [] : ofClass)]);
}

const storageOf = (given: Readonly<Record<string, string>> = {}): Amounts =>
  amountsOf(given.storage === undefined ? {} : { "requests.storage": given.storage });
