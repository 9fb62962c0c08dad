import type { Service } from "#api/core/service.ts";
import type { Assignment } from "./assignment.ts";
import { assignClusterIps } from "./cluster-ips.ts";
import { assignFamilies } from "./families.ts";
import { assignNodePorts } from "./node-ports.ts";
import type { Facts } from "./taken.ts";

/**
 * Gives a Service the families, cluster addresses and node ports that its type calls for. What `old` holds it keeps; `old` is undefined
 * for a new one. Whether its fields make sense together has been found out before.
 */
export function assign(service: Service, old: Service | undefined, facts: Facts): Assignment {
  let current = service;
  for (const step of [assignFamilies, assignClusterIps, assignNodePorts]) {
    const outcome = step(current, old, facts);
    if (outcome.kind !== "assigned") return outcome;
    current = outcome.service;
  }
  return { kind: "assigned", service: current };
}
