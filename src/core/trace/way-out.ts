import type { Service } from "#api/core/service.ts";
import { internalIPs } from "../node.ts";
import { type Fix, named } from "./story.ts";
import type { Atlas } from "./world.ts";

/** How somebody outside reaches a Service, or could. */
export function wayOut(service: Service, atlas: Atlas): Fix {
  const [nodePort] = (service.spec.ports ?? []).flatMap((one) =>
    one.nodePort === undefined || one.nodePort === 0 ? [] : one.nodePort,
  );
  const node = atlas.world.nodes[0];
  const address = (node && internalIPs(node)[0]?.text) ?? "a node's address";
  const ingress = service.status.loadBalancer.ingress?.[0];
  if (ingress?.ip !== undefined) return { object: "the target", field: "host", change: ingress.ip };
  if (nodePort !== undefined) return { object: "the target", field: "host", change: `${address}:${nodePort}` };
  return {
    object: named("Service", service),
    field: "spec.type",
    change: "NodePort or LoadBalancer; for yourself alone: kubectl port-forward",
  };
}
