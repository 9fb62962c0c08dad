import { loadBalancerAnnotations as annotations } from "#api/core/service/load-balancer-annotations.ts";
import type { Service } from "#api/core/service.ts";
import { type Ip, type IpFamily, parseIp } from "#net/ip.ts";
import type { Reason } from "../../reasons.ts";

/** The class of Services that get their address from this cluster's pools, as those without a class do. */
export const ownLoadBalancerClass = "portolan.io/load-balancer";

/** What a Service wants of the pools. */
export interface Wish {
  /** "namespace/name". */
  readonly service: string;
  readonly families: readonly IpFamily[];
  /** PreferDualStack takes one family where both can't be had. */
  readonly needsAllFamilies: boolean;
  /** Addresses asked for by name; empty: whichever is free. */
  readonly addresses: readonly Ip[];
  readonly pool: string | undefined;
  /** "TCP/80". */
  readonly ports: readonly string[];
  /** Services with the same word may share an address; undefined: with nobody. */
  readonly sharing: string | undefined;
  readonly labels: Readonly<Record<string, string>>;
  readonly namespaceLabels: Readonly<Record<string, string>>;
}

/** Why a Service doesn't get what it wants, for its condition and its events. */
export interface Refusal {
  readonly reason: Reason;
  readonly message: string;
}

export type Wished =
  | { readonly kind: "wish"; readonly wish: Wish }
  /** It wants no address of a load balancer. */
  | { readonly kind: "nothing" }
  /** Somebody else's to serve. */
  | { readonly kind: "foreign"; readonly because: Refusal }
  | { readonly kind: "invalid"; readonly because: Refusal };

export function wishOf(service: Service, namespaceLabels: Readonly<Record<string, string>>): Wished {
  const { metadata, spec } = service;
  if (spec.type !== "LoadBalancer" || metadata.deletionTimestamp !== undefined) return { kind: "nothing" };
  const { loadBalancerClass } = spec;
  if (loadBalancerClass !== undefined && loadBalancerClass !== ownLoadBalancerClass)
    return { kind: "foreign", because: unclaimed(loadBalancerClass) };
  const families = familiesOf(service);
  const asked = addressesOf(service, families);
  if (asked.kind === "invalid") return asked;
  return {
    kind: "wish",
    wish: {
      service: `${metadata.namespace}/${metadata.name}`,
      families,
      needsAllFamilies: spec.ipFamilyPolicy !== "PreferDualStack",
      addresses: asked.addresses,
      pool: annotation(service, "pool"),
      ports: (spec.ports ?? []).map(({ protocol, port }) => `${protocol}/${port}`),
      sharing: sharingOf(service),
      labels: metadata.labels ?? {},
      namespaceLabels,
    },
  };
}

const unclaimed = (loadBalancerClass: string): Refusal => ({
  reason: "LoadBalancerClassUnclaimed",
  message: `no load balancer of class ${JSON.stringify(loadBalancerClass)} has given it an address; Portolan serves Services without spec.loadBalancerClass, and those of class ${JSON.stringify(ownLoadBalancerClass)}`,
});

function familiesOf({ spec }: Service): readonly IpFamily[] {
  const named = (spec.ipFamilies ?? []).filter((family) => family === "IPv4" || family === "IPv6");
  return named.length > 0 ? named : ["IPv4"];
}

type Asked =
  | { readonly kind: "asked"; readonly addresses: readonly Ip[] }
  | { readonly kind: "invalid"; readonly because: Refusal };

function addressesOf(service: Service, families: readonly IpFamily[]): Asked {
  const { loadBalancerIP = "" } = service.spec;
  const annotated = annotation(service, "addresses");
  if (loadBalancerIP !== "" && annotated !== undefined && annotated !== loadBalancerIP)
    return invalid(
      `spec.loadBalancerIP says ${loadBalancerIP}, and its annotation says ${annotated}: leave one of them`,
    );
  const texts = (annotated ?? loadBalancerIP).split(",").map((text) => text.trim());
  const addresses: Ip[] = [];
  for (const text of texts.filter((one) => one !== "")) {
    const ip = parseIp(text);
    if (ip === undefined) return invalid(`${JSON.stringify(text)} is not an IP address`);
    if (!families.includes(ip.family))
      return invalid(`${ip.text} is an ${ip.family} address, and its ipFamilies are ${families.join(", ")}`);
    if (addresses.some(({ family }) => family === ip.family))
      return invalid(`it asks for more than one ${ip.family} address`);
    addresses.push(ip);
  }
  return { kind: "asked", addresses };
}

const invalid = (message: string): { readonly kind: "invalid"; readonly because: Refusal } => ({
  kind: "invalid",
  because: { reason: "LoadBalancerWishInvalid", message },
});

/**
 * Who shares an address must be sent traffic alike: with externalTrafficPolicy Local only where the same pods stand behind both, or
 * the node that announces the address might have pods of one of them alone.
 * Source: MetalLB, "IP address sharing".
 */
function sharingOf(service: Service): string | undefined {
  const key = annotation(service, "sharing");
  if (key === undefined) return undefined;
  const { externalTrafficPolicy, selector = {} } = service.spec;
  if (externalTrafficPolicy !== "Local") return key;
  const { namespace } = service.metadata;
  return JSON.stringify([key, namespace, Object.entries(selector).toSorted(([a], [b]) => (a < b ? -1 : 1))]);
}

function annotation({ metadata }: Service, what: keyof typeof annotations): string | undefined {
  for (const name of annotations[what]) {
    const value = metadata.annotations?.[name]?.trim() ?? "";
    if (value !== "") return value;
  }
  return undefined;
}
