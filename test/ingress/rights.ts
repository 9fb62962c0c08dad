import { namespaces } from "#api/core/namespace.ts";
import { resourceClient } from "#client/resource.ts";
import type { Transport } from "#client/transport.ts";
import { ingressPlace, ingressRights } from "#cluster/ingress-rights.ts";

/** Gives the ingress controller's user the namespace and the rights that a cluster gives it with its first Ingress. */
export async function giveIngressRights(administrator: Transport): Promise<void> {
  await resourceClient(administrator, namespaces).create("", { metadata: { name: ingressPlace.namespace } });
  for (const right of ingressRights) await right.apply(administrator, "portolan");
}
