import { isDeepStrictEqual } from "node:util";
import { leases } from "#api/coordination/lease.ts";
import { isNodesOwnLabel } from "#api/core/node/labels.ts";
import { type Node, nodes } from "#api/core/node.ts";
import { podReferences } from "#api/core/pod/references.ts";
import { type Pod, pods } from "#api/core/pod.ts";
import { isAnnouncingLease } from "#core/addresses/load-balancer/announcing-leases.ts";
import type { AnyKind } from "#machinery/kind.ts";
import type { ApiObject } from "../object.ts";
import { isOf } from "../object.ts";

/**
 * What a node writes that it may write at all: itself and its own pods, and of these only what is a node's to say.
 * Source: the admission plugin NodeRestriction, plugin/pkg/admission/noderestriction, in whose words it refuses.
 */
export interface NodeWrite {
  readonly kind: AnyKind;
  readonly subresource: string;
  /** undefined: it is to be deleted. */
  readonly next: ApiObject | undefined;
  /** undefined: there is none yet. */
  readonly old: ApiObject | undefined;
}

/** Why the node may not do that; undefined: it may. */
export function nodeDenial(node: string, write: NodeWrite): string | undefined {
  const { kind, next, old, subresource } = write;
  const object = next ?? old;
  if (object === undefined) return undefined;
  if (isKind(kind, pods)) return podDenial(node, { subresource, next, old });
  if (isKind(kind, nodes)) return nodeObjectDenial(node, object.metadata.name, { next, old });
  if (isKind(kind, leases) && object.metadata.name !== node && !isAnnouncingLease(object.metadata))
    return "can only access node lease with the same name as the requesting node";
  return undefined;
}

const isKind = (kind: AnyKind, wanted: Pick<AnyKind, "group" | "plural">): boolean =>
  kind.group === wanted.group && kind.plural === wanted.plural;

function podDenial(node: string, { subresource, next, old }: Omit<NodeWrite, "kind">): string | undefined {
  const own = JSON.stringify(node);
  const before = old !== undefined && isOf(pods, old) ? old : undefined;
  const after = next !== undefined && isOf(pods, next) ? next : undefined;
  if (subresource === "status") {
    if (before?.spec.nodeName !== node)
      return `node ${own} can only update pod status for pods with spec.nodeName set to itself`;
    const isRelabelled = !isDeepStrictEqual(before.metadata.labels ?? {}, after?.metadata.labels ?? {});
    return isRelabelled ? `node ${own} cannot update labels through pod status` : undefined;
  }
  if (subresource === "eviction")
    return before?.spec.nodeName === node
      ? undefined
      : `node ${own} can only evict pods with spec.nodeName set to itself`;
  if (subresource !== "")
    return `unexpected pod subresource "${subresource}", only 'status' and 'eviction' are allowed`;
  if (after === undefined)
    return before?.spec.nodeName === node
      ? undefined
      : `node ${own} can only delete pods with spec.nodeName set to itself`;
  if (before !== undefined) return `unexpected operation "UPDATE", node ${own} can only create and delete mirror pods`;
  return mirrorDenial(own, node, after);
}

const mirrorAnnotation = "kubernetes.io/config.mirror";

/** A pod that a node creates itself shows what it runs from its own files: it can lead to nothing else. */
function mirrorDenial(own: string, node: string, pod: Pod): string | undefined {
  const { annotations = {}, ownerReferences = [] } = pod.metadata;
  if (annotations[mirrorAnnotation] === undefined)
    return `pod does not have "${mirrorAnnotation}" annotation, node ${own} can only create mirror pods`;
  if (pod.spec.nodeName !== node) return `node ${own} can only create pods with spec.nodeName set to itself`;
  const [owner, ...others] = ownerReferences;
  if (others.length > 0) return `node ${own} can only create pods with a single owner reference set to itself`;
  if (owner?.apiVersion !== "v1" || owner.kind !== "Node" || owner.name !== node)
    return `node ${own} can only create pods with an owner reference set to itself`;
  if (owner.controller !== true)
    return `node ${own} can only create pods with a controller owner reference set to itself`;
  if (owner.blockOwnerDeletion === true) return `node ${own} must not set blockOwnerDeletion on an owner reference`;
  const { secrets, configMaps, claims } = podReferences(pod);
  if (secrets.size > 0) return `node ${own} can not create pods that reference secrets`;
  if (configMaps.size > 0) return `node ${own} can not create pods that reference configmaps`;
  return claims.size > 0 ? `node ${own} can not create pods that reference persistentvolumeclaims` : undefined;
}

function nodeObjectDenial(
  node: string,
  requested: string,
  { next, old }: Pick<NodeWrite, "next" | "old">,
): string | undefined {
  const own = JSON.stringify(node);
  if (requested !== node) return `node ${own} is not allowed to modify node ${JSON.stringify(requested)}`;
  if (next === undefined || !isOf(nodes, next)) return undefined;
  if (old === undefined || !isOf(nodes, old)) {
    if (next.spec.configSource !== undefined)
      return `node ${own} is not allowed to create pods with a non-nil configSource`;
    const forbidden = restrictedLabels(next, undefined);
    return forbidden.length > 0
      ? `node ${own} is not allowed to set the following labels: ${forbidden.join(", ")}`
      : undefined;
  }
  if (next.spec.configSource !== undefined && !isDeepStrictEqual(next.spec.configSource, old.spec.configSource))
    return `node ${own} is not allowed to update configSource to a new non-nil configSource`;
  if (!isDeepStrictEqual(next.spec.taints ?? [], old.spec.taints ?? []))
    return `node ${own} is not allowed to modify taints`;
  const forbidden = restrictedLabels(next, old);
  return forbidden.length > 0 ? `is not allowed to modify labels: ${forbidden.join(", ")}` : undefined;
}

/** Labels that change and that are not a node's to give itself: by them workloads are kept from some nodes. */
function restrictedLabels({ metadata: next }: Node, old: Node | undefined): readonly string[] {
  const [after, before] = [next.labels ?? {}, old?.metadata.labels ?? {}];
  const changed = Object.keys({ ...before, ...after }).filter((key) => after[key] !== before[key]);
  return changed.filter((key) => !isNodesOwnLabel(key)).toSorted();
}
