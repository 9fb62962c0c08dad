import type { Ingress } from "#api/networking/ingress.ts";
import type { Finding } from "../route-table.ts";
import { prefix } from "./annotation.ts";
import { findingOf } from "./reader.ts";

/** Other controllers whose annotations stand on Ingresses, by what these begin with. */
export const foreignPrefixes: ReadonlyMap<string, string> = new Map([
  ["haproxy.org/", "HAProxy Technologies' controller"],
  ["ingress.haproxy.org/", "HAProxy Technologies' controller"],
  ["haproxy.com/", "HAProxy Technologies' controller"],
  ["haproxy-ingress.github.io/", "HAProxy Ingress"],
  ["ingress.kubernetes.io/", "older controllers"],
  ["traefik.ingress.kubernetes.io/", "Traefik"],
  ["nginx.org/", "NGINX Inc.'s controller"],
  ["nginx.com/", "NGINX Inc.'s controller"],
  ["appprotect.f5.com/", "NGINX Inc.'s controller"],
  ["konghq.com/", "Kong"],
  ["configuration.konghq.com/", "Kong"],
  ["projectcontour.io/", "Contour"],
  ["contour.heptio.com/", "Contour"],
  ["alb.ingress.kubernetes.io/", "the AWS Load Balancer Controller"],
  ["appgw.ingress.kubernetes.io/", "Azure's Application Gateway"],
  ["networking.gke.io/", "Google's controller"],
  ["ingress.gcp.kubernetes.io/", "Google's controller"],
  ["ingress.cilium.io/", "Cilium"],
  ["ingress.bluemix.net/", "IBM Cloud"],
]);

/** One for each annotation that another controller would have followed. `known` are ingress-nginx' names that are served. */
export function foreignFindings(
  { metadata }: Ingress,
  known: Pick<ReadonlyMap<string, unknown>, "has">,
): readonly Finding[] {
  const owner = `${metadata.namespace}/${metadata.name}`;
  return Object.keys(metadata.annotations ?? {}).flatMap((name) => {
    const slash = name.indexOf("/") + 1;
    const controller = foreignPrefixes.get(name.slice(0, slash));
    if (controller === undefined) return [];
    const twin = name.slice(slash);
    const hint = known.has(twin) ? `; ${prefix}${twin} has` : "";
    const message = `is ${controller}'s, and has no effect here${hint}`.replace("'s's", "'s");
    return [findingOf(owner, name, { weight: "noted", because: "AnnotationWithoutEffect", message })];
  });
}
