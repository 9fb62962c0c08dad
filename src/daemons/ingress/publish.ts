import type { Service } from "#api/core/service.ts";
import type { IngressLoadBalancerIngress } from "#api/networking/ingress/spec.ts";

/** Whose addresses stand in the status of Ingresses. */
export type Publish =
  /** Of the Service before the controller: `namespace/name`. */
  | { readonly kind: "service"; readonly name: string }
  /** Addresses or host names. */
  | { readonly kind: "addresses"; readonly addresses: readonly string[] }
  | { readonly kind: "nothing" };

export type Published = readonly IngressLoadBalancerIngress[];

/**
 * Where a Service is reached from outside, or, where it has no such address, from inside.
 * Source: statusAddressFromService of ingress-nginx, whose users expect the same.
 */
export function addressesOfService({ spec, status }: Service): Published {
  const external = (spec.externalIPs ?? []).map((ip) => ({ ip }));
  switch (spec.type) {
    case "ExternalName":
      return spec.externalName === undefined ? [] : [{ hostname: spec.externalName }];
    case "LoadBalancer": {
      const balanced = (status.loadBalancer.ingress ?? []).map(({ ip, hostname }) => ({
        ...(ip !== undefined && { ip }),
        ...(hostname !== undefined && { hostname }),
      }));
      return inOrder([...balanced, ...external]);
    }
    default:
      return inOrder(external.length > 0 ? external : (spec.clusterIPs ?? []).filter(isAddress).map((ip) => ({ ip })));
  }
}

const isAddress = (text: string): boolean => text !== "" && text !== "None";

/** Each once, and always in the same order, names last: only a real change is written. */
function inOrder(all: Published): Published {
  const byText = new Map(all.map((one) => [one.ip ?? `~${one.hostname ?? ""}`, one]));
  return [...byText].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, one]) => one);
}

/** As somebody has listed them. */
export const listed = (addresses: readonly string[]): Published =>
  inOrder(addresses.map((one) => (/^[\d.]+$|:/.test(one) ? { ip: one } : { hostname: one })));
