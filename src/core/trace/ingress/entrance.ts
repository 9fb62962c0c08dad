import type { Service } from "#api/core/service.ts";
import type { Landing, Place } from "../place.ts";
import { type Evidence, named } from "../story.ts";
import type { Atlas } from "../world.ts";
import { controllerLabel } from "./controllers.ts";
import type { Routing } from "./routing.ts";

/** A port at which the ingress controller takes requests. */
export interface Entrance {
  readonly protocol: "HTTP" | "HTTPS";
  /** `port http of Service portolan-system/portolan-ingress`. */
  readonly what: string;
  readonly evidence: readonly Evidence[];
}

/** The entrance that a place is; undefined where requests don't come to an ingress controller. */
export function entranceAt(place: Place, landing: Landing, routing: Routing): Entrance | undefined {
  if (place.protocol !== "TCP") return undefined;
  const owner = landing.kind === "frontend" ? landing.at.owner : undefined;
  if (owner?.kind === "Service") {
    const { service, port } = owner;
    if (port === undefined || !isController(service, routing.addresses())) return undefined;
    const protocol = protocolOf([port.name, port.targetPort, port.port]);
    if (protocol === undefined) return undefined;
    const field = `spec.ports[${(service.spec.ports ?? []).indexOf(port)}].port`;
    const what = `port ${port.name ?? port.port} of ${named("Service", service)}`;
    return { protocol, what, evidence: [{ object: named("Service", service), field, value: `${port.port}` }] };
  }
  const protocol = protocolOf([place.port]);
  if (protocol === undefined || !routing.addresses().has(place.ip.text)) return undefined;
  return { protocol, what: `port ${place.port} of ${place.ip.text}`, evidence: [] };
}

/** Whether a Service leads to the ingress controller: Ingresses have its addresses. */
export function isController({ metadata, status }: Service, answered: ReadonlySet<string>): boolean {
  const [key, value] = controllerLabel;
  if (metadata.labels?.[key] === value) return true;
  return (status.loadBalancer.ingress ?? []).some(({ ip, hostname }) => answered.has(ip ?? hostname ?? ""));
}

/** The Service that leads to the controller of this cluster, where there is one. */
export const controllerService = (atlas: Atlas): Service | undefined =>
  atlas.world.services.find((one) => isController(one, atlas.routing()?.addresses() ?? new Set()));

function protocolOf(words: readonly (string | number | undefined)[]): Entrance["protocol"] | undefined {
  if (words.some((word) => word === "https" || word === 443)) return "HTTPS";
  return words.some((word) => word === "http" || word === 80) ? "HTTP" : undefined;
}
