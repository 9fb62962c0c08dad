import { nodeLeaseNamespace } from "#api/coordination/lease.ts";
import { allowed, type Decision, denied, type ResourceAttributes } from "#core/access/attributes.ts";
import { allows } from "#core/access/rules.ts";
import { announcingNamespace, isAnnouncingLease } from "#core/addresses/load-balancer/announcing-leases.ts";
import type { NodeGraph, Reachable } from "./node-graph.ts";
import { nodeRules } from "./node-rules.ts";

/**
 * What a node may do: to itself, to its pods, and to what these name. What exactly it may write there is NodeRestriction's to say.
 * Source: plugin/pkg/auth/authorizer/node/node_authorizer.go in Kubernetes, in whose words it refuses.
 */
export function authorizeNode(node: string, asked: ResourceAttributes, graph: NodeGraph): Decision {
  switch (asked.group === "" ? asked.resource : `${asked.resource}.${asked.group}`) {
    case "secrets":
      return readRelated(node, "secrets", { asked, graph });
    case "configmaps":
      return readRelated(node, "configmaps", { asked, graph });
    case "persistentvolumeclaims":
      return getRelated(node, "persistentvolumeclaims", { asked, graph });
    case "serviceaccounts":
      return createToken(node, { asked, graph });
    case "pods":
      return withPods(asked);
    case "nodes":
      return withNodes(asked);
    case "leases.coordination.k8s.io":
      return withLeases(node, asked);
    case "csinodes.storage.k8s.io":
      return withCsiNodes(node, asked);
    default:
      return allows(nodeRules, asked) ? allowed : denied();
  }
}

interface Question {
  readonly asked: ResourceAttributes;
  readonly graph: NodeGraph;
}

function related(node: string, resource: Reachable, { asked, graph }: Question): Decision {
  if (asked.name === "") return denied("No Object name found");
  return graph.leads(node, resource, asked)
    ? allowed
    : denied(`no relationship found between node '${node}' and this object`);
}

function readRelated(node: string, resource: Reachable, question: Question): Decision {
  const { verb, subresource, namespace } = question.asked;
  if (!["get", "list", "watch"].includes(verb)) return denied("can only read resources of this type");
  if (subresource !== "") return denied("cannot read subresource");
  if (namespace === "") return denied("can only read namespaced object of this type");
  return related(node, resource, question);
}

function getRelated(node: string, resource: Reachable, question: Question): Decision {
  const { verb, subresource } = question.asked;
  if (subresource === "status")
    return ["update", "patch"].includes(verb)
      ? related(node, resource, question)
      : denied("can only get/update/patch this type");
  if (verb !== "get") return denied("can only get individual resources of this type");
  return subresource === "" ? related(node, resource, question) : denied("cannot get subresource");
}

function createToken(node: string, question: Question): Decision {
  const { verb, name, subresource } = question.asked;
  if (verb !== "create" || name === "") return denied("can only create tokens for individual service accounts");
  if (subresource !== "token") return denied("can only create token subresource of serviceaccount");
  return related(node, "serviceaccounts", question);
}

/** All pods may be read: the proxy needs those with host ports. */
function withPods(asked: ResourceAttributes): Decision {
  const writes = new Map([
    ["", ["create", "delete"]], // of mirror pods
    ["status", ["update", "patch"]],
    ["eviction", ["create"]],
  ]);
  return writes.get(asked.subresource)?.includes(asked.verb) || allows(nodeRules, asked) ? allowed : denied();
}

/** All nodes may be read: the proxy and the routes between nodes need them. */
function withNodes(asked: ResourceAttributes): Decision {
  const writes = asked.subresource === "" ? ["create", "update", "patch"] : ["update", "patch"];
  const isOwn = asked.subresource === "" || asked.subresource === "status";
  return (isOwn && writes.includes(asked.verb)) || allows(nodeRules, asked) ? allowed : denied();
}

const ownVerbs = ["get", "create", "update", "patch", "delete"];

function withLeases(node: string, asked: ResourceAttributes): Decision {
  const { verb, namespace, name } = asked;
  if (isAnnouncing(asked)) return allowed;
  if (!ownVerbs.includes(verb)) return denied("can only get, create, update, patch, or delete a node lease");
  if (namespace !== nodeLeaseNamespace)
    return denied(`can only access leases in the ${JSON.stringify(nodeLeaseNamespace)} system namespace`);
  return verb === "create" || name === node
    ? allowed
    : denied("can only access node lease with the same name as the requesting node");
}

/** Which Lease is created, only NodeRestriction can tell. */
const isAnnouncing = ({ verb, namespace, name }: ResourceAttributes): boolean =>
  namespace === announcingNamespace &&
  (["get", "list", "watch", "create"].includes(verb) ||
    (ownVerbs.includes(verb) && isAnnouncingLease({ namespace, name })));

function withCsiNodes(node: string, { verb, subresource, name }: ResourceAttributes): Decision {
  if (!ownVerbs.includes(verb)) return denied("can only get, create, update, patch, or delete a CSINode");
  if (subresource !== "") return denied("cannot authorize CSINode subresources");
  return verb === "create" || name === node
    ? allowed
    : denied("can only access CSINode with the same name as the requesting node");
}
