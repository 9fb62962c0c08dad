import { loadBalancerAnnotations } from "#api/core/service/load-balancer-annotations.ts";
import type { Service } from "#api/core/service.ts";
import { type Evidence, type Fix, named } from "./story.ts";
import { wayOut } from "./way-out.ts";
import type { Why } from "./why.ts";
import type { Atlas } from "./world.ts";

/** Why a Service of type LoadBalancer has no address, as far as whoever gives addresses has said. */
export function pendingBalancer(service: Service, atlas: Atlas): Why {
  const object = named("Service", service);
  const { loadBalancerClass } = service.spec;
  const conditions = (service.status.conditions ?? []).filter(({ status }) => status === "False");
  const [why] = conditions;
  const evidence: readonly Evidence[] = [
    { object, field: "status.loadBalancer", value: "<pending>" },
    ...conditions.map(({ type, reason, message }) => ({
      object,
      field: `status.conditions[${type}]`,
      value: `${reason}: ${message}`,
    })),
    ...(loadBalancerClass === undefined ? [] : [{ object, field: "spec.loadBalancerClass", value: loadBalancerClass }]),
  ];
  const tells = `${object} has no load-balancer address yet${why === undefined ? "" : `: ${why.message}`}`;
  return { because: "LoadBalancerPending", tells, evidence, fix: fixOf(service, why?.reason ?? "", atlas) };
}

/** By the reason of the condition, which is this project's own; where another implementation says nothing, a way around it. */
function fixOf(service: Service, reason: string, atlas: Atlas): Fix {
  const object = named("Service", service);
  const pool = { object: "LoadBalancerPool", field: "spec.blocks" };
  switch (reason) {
    case "LoadBalancerAddressOutside":
    case "LoadBalancerAddressTaken":
    case "LoadBalancerWishInvalid":
      return { object, field: wishField(service), change: "an address of a pool that nobody has" };
    case "LoadBalancerPoolUnknown":
      return { object, field: annotationIn(service, "pool"), change: "the name of a pool that is for this Service" };
    case "LoadBalancerPoolsExhausted":
      return { ...pool, change: "more addresses" };
    case "NoLoadBalancerPool":
      return { ...pool, change: "addresses for this Service" };
    case "LoadBalancerFamilyMissing":
      return { ...pool, change: "addresses of both families" };
    case "LoadBalancerClassUnclaimed":
      return { object, field: "spec.loadBalancerClass", change: "none, or a class that this cluster has" };
    default: {
      const out = wayOut(service, atlas);
      const change = "the class of a load balancer that this cluster has";
      return out.object === object ? { object, field: "spec.loadBalancerClass", change } : out;
    }
  }
}

/** Where a Service says which address it would like. */
const wishField = (service: Service): string =>
  (service.spec.loadBalancerIP ?? "") === "" ? annotationIn(service, "addresses") : "spec.loadBalancerIP";

/** `metadata.annotations[metallb.io/address-pool]` */
function annotationIn({ metadata: { annotations = {} } }: Service, of: "addresses" | "pool"): string {
  const names = loadBalancerAnnotations[of];
  return `metadata.annotations[${names.find((name) => name in annotations) ?? names[0]}]`;
}
