import type { Service } from "#api/core/service.ts";
import type { EndpointSlice } from "#api/discovery/endpoint-slice.ts";
import { parseIp } from "#net/ip.ts";
import { isPort } from "#net/port.ts";
import { conditionOf } from "./endpoints.ts";
import type { HealthCheck, NodeFacts } from "./service-map.ts";

/** What balancers are told that send only to nodes with endpoints. Source: NeedsHealthCheck in pkg/api/v1/service/util.go. */
export function healthOf(
  { spec }: Service,
  slices: readonly EndpointSlice[],
  { nodeName, families }: NodeFacts,
): HealthCheck | undefined {
  const port = spec.healthCheckNodePort ?? 0;
  if (spec.type !== "LoadBalancer" || spec.externalTrafficPolicy !== "Local" || !isPort(port)) return undefined;
  const here = slices
    .filter(({ addressType }) => families.some((family) => family === addressType))
    .flatMap(({ endpoints }) => endpoints)
    .filter((endpoint) => endpoint.nodeName === nodeName && conditionOf(endpoint.conditions) === "ready")
    .flatMap(({ addresses: [first = ""] }) => parseIp(first)?.text ?? []);
  return { port, localEndpoints: new Set(here).size };
}
