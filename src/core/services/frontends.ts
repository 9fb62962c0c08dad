import type { Service } from "#api/core/service.ts";
import type { Ip, IpFamily } from "#net/ip.ts";
import { isPort } from "#net/port.ts";
import { externalCases, internalCases } from "./cases.ts";
import type { Pools } from "./pools.ts";
import type { Case, Frontend, PassedOver, SourceRule } from "./service-map.ts";

export type ServicePort = NonNullable<Service["spec"]["ports"]>[number];

/** What the frontends of one port share, in one family. */
export interface Reached {
  readonly family: IpFamily;
  readonly cluster: readonly Ip[];
  readonly external: readonly Ip[];
  readonly balancer: readonly Ip[];
  /** Who may come in by the load balancer's addresses. */
  readonly sources: SourceRule;
  readonly pools: Pools;
}

/** All ways to one port of a Service. What comes by a node port, an external IP or a load balancer follows the external policy. */
export function portFrontends(service: Service, port: ServicePort, reached: Reached): readonly Frontend[] {
  const { spec } = service;
  if (!isPort(port.port)) return [];
  const { family, pools, sources } = reached;
  const internal = internalCases(pools, spec.internalTrafficPolicy === "Local" ? "Local" : "Cluster");
  const external = externalCases(pools, spec.externalTrafficPolicy === "Local" ? "Local" : "Cluster");
  const frontend = (via: Frontend["via"], at: Frontend["at"], cases: readonly Case[]): Frontend => ({
    id: frontendId(service, port, { via, family }),
    via,
    family,
    protocol: port.protocol,
    at,
    port: via === "NodePort" ? (port.nodePort ?? 0) : port.port,
    sources: via === "LoadBalancer" ? sources : { kind: "anyone" },
    cases,
    affinitySeconds: affinitySeconds(service),
  });
  return [
    frontend("ClusterIP", reached.cluster, internal),
    ...(isPort(port.nodePort ?? 0) ? [frontend("NodePort", "NodeAddresses", external)] : []),
    ...(reached.external.length > 0 ? [frontend("ExternalIP", reached.external, external)] : []),
    ...(reached.balancer.length > 0 ? [frontend("LoadBalancer", reached.balancer, external)] : []),
  ];
}

interface Way {
  readonly via: Frontend["via"];
  readonly family: IpFamily;
}

function frontendId({ metadata }: Service, { name = "" }: ServicePort, { via, family }: Way): string {
  const port = name === "" ? "" : `:${name}`;
  return `${metadata.namespace}/${metadata.name}${port}/${via}${family === "IPv6" ? "/IPv6" : ""}`;
}

/** Numbers in a Service that are no ports; a node port of 0 is none yet. */
export function wrongPortsOf({ spec, metadata }: Service): readonly PassedOver[] {
  const object = { kind: "Service", name: metadata.name } as const;
  return (spec.ports ?? []).flatMap(({ port, nodePort = 0 }, i): readonly PassedOver[] => {
    const wrong: readonly (readonly [string, number])[] = [
      ...(isPort(port) ? [] : [["port", port] as const]),
      ...(nodePort === 0 || isPort(nodePort) ? [] : [["nodePort", nodePort] as const]),
    ];
    return wrong.map(([name, value]) => ({
      object,
      field: `spec.ports[${i}].${name}`,
      value: String(value),
      because: "NotAPort",
    }));
  });
}

/**
 * How long one client keeps the same endpoint, in seconds; 0 means no affinity.
 * Source: core/v1 SessionAffinityConfig (default 10800, 1..86400).
 */
export function affinitySeconds({ spec }: Service): number {
  if (spec.sessionAffinity !== "ClientIP") return 0;
  const seconds = spec.sessionAffinityConfig?.clientIP?.timeoutSeconds ?? 10_800;
  return Math.min(Math.max(seconds, 1), 86_400);
}
