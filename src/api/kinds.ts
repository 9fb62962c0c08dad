import { type AnyKind, apiVersionOf, type NamedType } from "#machinery/kind.ts";
import { deployments } from "./apps/deployment.ts";
import { replicaSets } from "./apps/replica-set.ts";
import { Scale } from "./autoscaling/scale.ts";
import { certificateSigningRequests } from "./certificates/certificate-signing-request.ts";
import { leases } from "./coordination/lease.ts";
import { Binding } from "./core/binding.ts";
import { configMaps } from "./core/config-map.ts";
import { endpoints } from "./core/endpoints.ts";
import { events } from "./core/event.ts";
import { namespaces } from "./core/namespace.ts";
import { nodes } from "./core/node.ts";
import { pods } from "./core/pod.ts";
import { secrets } from "./core/secret.ts";
import { services } from "./core/service.ts";
import { serviceAccounts } from "./core/service-account.ts";
import { endpointSlices } from "./discovery/endpoint-slice.ts";
import { DeleteOptions } from "./meta/delete-options.ts";
import { loadBalancerPools } from "./portolan/load-balancer-pool.ts";

/** Every kind that is stored, in the order in which discovery names them. */
export const kinds: readonly AnyKind[] = [
  configMaps,
  endpoints,
  events,
  namespaces,
  nodes,
  pods,
  secrets,
  serviceAccounts,
  services,
  deployments,
  replicaSets,
  certificateSigningRequests,
  endpointSlices,
  leases,
  loadBalancerPools,
];

const byPlural = new Map(kinds.map((kind) => [`${apiVersionOf(kind)}/${kind.plural}`, kind]));
const byKind = new Map(kinds.map((kind) => [`${apiVersionOf(kind)}/${kind.kind}`, kind]));

/** `kindOf("apps", "v1", "deployments")`; the core group is "". */
export const kindOf = (group: string, version: string, plural: string): AnyKind | undefined =>
  byPlural.get(`${apiVersionOf({ group, version })}/${plural}`);

/** `kindNamed("apps/v1", "Deployment")`: what an object says of itself. */
export const kindNamed = (apiVersion: string, kind: string): AnyKind | undefined => byKind.get(`${apiVersion}/${kind}`);

/** What a request may hold beside a stored kind: bodies of subresources, and options. */
export const bodyTypes: readonly NamedType[] = [
  { group: "", version: "v1", kind: "Binding", type: Binding },
  { group: "autoscaling", version: "v1", kind: "Scale", type: Scale },
  { group: "", version: "v1", kind: "DeleteOptions", type: DeleteOptions },
];
