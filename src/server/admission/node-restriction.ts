import { nodeOf } from "#core/access/attributes.ts";
import { forbidden } from "#machinery/status.ts";
import { nodeDenial } from "../authorization/node-restriction.ts";
import type { ApiObject } from "../object.ts";
import type { AdmissionPlugin, Attempt, Denial } from "./plugin.ts";

/** What a node may write of what it may write at all. */
export const nodeRestriction: AdmissionPlugin = {
  name: "NodeRestriction",
  at: ["/nodes/*", "/pods/*", "coordination.k8s.io/leases/*"],
  mutate: (next, attempt) => {
    const denied = denialOf(next, attempt);
    if (denied !== undefined) throw forbidden(attempt.call.kind, attempt.name, denied);
    return next;
  },
  deletionDenial: (_, attempt) => denialOf(undefined, attempt),
};

/** `next` is undefined for a deletion. */
function denialOf(next: ApiObject | undefined, { call: { kind, identity, subresource }, old }: Attempt): Denial {
  const node = nodeOf(identity);
  if (node === undefined) return undefined;
  return nodeDenial(node, { kind, subresource: subresource?.name ?? "", next, old });
}
