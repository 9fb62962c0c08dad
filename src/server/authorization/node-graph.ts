import { podReferences } from "#api/core/pod/references.ts";
import { pods } from "#api/core/pod.ts";
import type { Entry } from "#store/store.ts";
import { isOf, parseStored } from "../object.ts";
import { prefixOf } from "../objects.ts";
import type { Follower } from "../watches/following.ts";

/** What a pod leads its node to. */
export type Reachable = "secrets" | "configmaps" | "persistentvolumeclaims" | "serviceaccounts";

interface Place {
  readonly namespace: string;
  readonly name: string;
}

interface Bound {
  readonly node: string;
  readonly leadsTo: readonly string[];
}

/**
 * Which objects belong to the pods of which node: an index over the pods in the store, so that a question is one look-up.
 * Source: the graph of the Node authorizer, plugin/pkg/auth/authorizer/node.
 */
export class NodeGraph implements Follower {
  readonly prefix = prefixOf(pods);
  // By the pod's key in the store.
  readonly #bound = new Map<string, Bound>();
  /** How many pods of a node lead to an object. */
  readonly #ways = new Map<string, Map<string, number>>();

  readonly keys = (): Iterable<string> => this.#bound.keys();

  readonly observe = (key: string, entry: Entry | undefined): void => {
    const before = this.#bound.get(key);
    if (before !== undefined) for (const object of before.leadsTo) this.#count(object, before.node, -1);
    const after = entry === undefined ? undefined : boundOf(entry);
    if (after === undefined) this.#bound.delete(key);
    else {
      this.#bound.set(key, after);
      for (const object of after.leadsTo) this.#count(object, after.node, 1);
    }
  };

  /** Whether a pod of the node names the object. */
  leads(node: string, resource: Reachable, place: Place): boolean {
    return this.#ways.get(idOf(resource, place))?.has(node) ?? false;
  }

  #count(object: string, node: string, by: number): void {
    const nodes = this.#ways.get(object) ?? new Map<string, number>();
    const count = (nodes.get(node) ?? 0) + by;
    if (count > 0) nodes.set(node, count);
    else nodes.delete(node);
    if (nodes.size > 0) this.#ways.set(object, nodes);
    else this.#ways.delete(object);
  }
}

const idOf = (resource: Reachable, { namespace, name }: Place): string => `${resource}/${namespace}/${name}`;

function boundOf({ value }: Entry): Bound | undefined {
  const pod = parseStored(value);
  if (!isOf(pods, pod)) return undefined;
  const { nodeName: node = "" } = pod.spec;
  if (node === "") return undefined;
  const { namespace } = pod.metadata;
  const { secrets, configMaps, claims, serviceAccount } = podReferences(pod);
  const at = (resource: Reachable) => (name: string) => idOf(resource, { namespace, name });
  const leadsTo = [
    ...[...secrets].map(at("secrets")),
    ...[...configMaps].map(at("configmaps")),
    ...[...claims].map(at("persistentvolumeclaims")),
    ...(serviceAccount === "" ? [] : [at("serviceaccounts")(serviceAccount)]),
  ];
  return { node, leadsTo };
}
