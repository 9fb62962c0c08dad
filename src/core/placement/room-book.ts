import type { Node } from "#api/core/node.ts";
import type { Affinity } from "#api/core/pod/scheduling.ts";
import type { Pod } from "#api/core/pod.ts";
import { hostPortsOf } from "../host-ports.ts";
import { isFinished } from "../pod-state.ts";
import type { NodeRoom, TakenPort } from "./node-room.ts";
import { type Amounts, add, amountsOf, assumedRequests, podRequests, subtract } from "./requests.ts";
import { type Crowd, labelsOf } from "./surroundings.ts";

interface Lodger {
  readonly nodeName: string;
  readonly requests: Amounts;
  readonly assumed: Amounts;
  readonly hostPorts: readonly TakenPort[];
  readonly crowd: string;
}
interface Lodging {
  readonly taken: Map<string, number>;
  readonly assumed: Map<string, number>;
  podCount: number;
  /** Of the pods that have some, by uid. */
  readonly hostPorts: Map<string, readonly TakenPort[]>;
}
interface KnownCrowd extends Crowd {
  readonly on: Map<string, number>;
}

/**
 * What of each node is taken and by whom, kept up to date pod by pod. A pod counts from the moment its node is chosen, so that
 * several bindings under way don't promise the same room twice. Pods that no rule tells apart are counted together, so that a rule
 * about neighbours looks at as many as there are kinds of them.
 */
export class RoomBook {
  readonly #lodgers = new Map<string, Lodger>();
  readonly #lodgings = new Map<string, Lodging>();
  readonly #crowds = new Map<string, KnownCrowd>();
  readonly #nodes = new Map<string, { readonly node: Node; readonly allocatable: Amounts }>();

  readonly nodeChanged = (before: Node | undefined, node: Node | undefined): void => {
    if (before !== undefined && node === undefined) this.#nodes.delete(before.metadata.name);
    if (node === undefined) return;
    const allocatable = amountsOf(node.status.allocatable ?? node.status.capacity ?? {});
    this.#nodes.set(node.metadata.name, { node, allocatable });
  };

  readonly podChanged = (before: Pod | undefined, pod: Pod | undefined): void => {
    if (pod === undefined || isFinished(pod)) {
      const uid = (pod ?? before)?.metadata.uid;
      if (uid !== undefined) this.release(uid);
    } else if (pod.spec.nodeName !== undefined) this.lodge(pod, pod.spec.nodeName);
  };

  lodge(pod: Pod, nodeName: string): void {
    const { uid, namespace, name } = pod.metadata;
    const crowd = crowdOf(pod);
    const known = this.#lodgers.get(uid);
    if (known?.nodeName === nodeName && known.crowd === crowd) return;
    this.release(uid);
    const hostPorts = hostPortsOf(pod).map((port) => ({ ...port, pod: `${namespace}/${name}` }));
    const lodger = { nodeName, requests: podRequests(pod), assumed: assumedRequests(pod), hostPorts, crowd };
    const lodging = this.#lodgings.get(nodeName) ?? emptyLodging();
    this.#lodgings.set(nodeName, lodging);
    this.#lodgers.set(uid, lodger);
    add(lodging.taken, lodger.requests);
    add(lodging.assumed, lodger.assumed);
    lodging.podCount++;
    if (hostPorts.length > 0) lodging.hostPorts.set(uid, hostPorts);
    this.#join(pod, lodger);
  }

  release(uid: string): void {
    const lodger = this.#lodgers.get(uid);
    const lodging = lodger && this.#lodgings.get(lodger.nodeName);
    if (lodger === undefined || lodging === undefined) return;
    this.#lodgers.delete(uid);
    subtract(lodging.taken, lodger.requests);
    subtract(lodging.assumed, lodger.assumed);
    lodging.podCount--;
    lodging.hostPorts.delete(uid);
    if (lodging.podCount === 0) this.#lodgings.delete(lodger.nodeName);
    this.#part(lodger);
  }

  /** Whether a node is chosen for the pod, though its object may not say so yet. */
  has(uid: string): boolean {
    return this.#lodgers.has(uid);
  }

  rooms(): readonly NodeRoom[] {
    return [...this.#nodes.values()].map(({ node, allocatable }) => {
      const { taken, assumed, podCount, hostPorts } = this.#lodgings.get(node.metadata.name) ?? nobody;
      return { node, allocatable, taken, assumed, podCount, hostPorts: [...hostPorts.values()].flat() };
    });
  }

  crowds(): Iterable<Crowd> {
    return this.#crowds.values();
  }

  #join(pod: Pod, { crowd: key, nodeName }: Lodger): void {
    const { namespace, deletionTimestamp } = pod.metadata;
    const crowd = this.#crowds.get(key) ?? {
      namespace,
      labels: labelsOf(pod),
      affinity: aboutPods(pod),
      leaving: deletionTimestamp !== undefined,
      on: new Map<string, number>(),
    };
    this.#crowds.set(key, crowd);
    crowd.on.set(nodeName, (crowd.on.get(nodeName) ?? 0) + 1);
  }

  #part({ crowd: key, nodeName }: Lodger): void {
    const crowd = this.#crowds.get(key);
    const left = (crowd?.on.get(nodeName) ?? 0) - 1;
    if (left > 0) crowd?.on.set(nodeName, left);
    else crowd?.on.delete(nodeName);
    if (crowd?.on.size === 0) this.#crowds.delete(key);
  }
}

const emptyLodging = (): Lodging => ({
  taken: new Map(),
  assumed: new Map(),
  podCount: 0,
  hostPorts: new Map(),
});
const nobody = emptyLodging();

/** What the pod says of its neighbours. */
function aboutPods({ spec }: Pod): Affinity | undefined {
  const { podAffinity, podAntiAffinity } = spec.affinity ?? {};
  if (podAffinity === undefined && podAntiAffinity === undefined) return undefined;
  return { ...(podAffinity && { podAffinity }), ...(podAntiAffinity && { podAntiAffinity }) };
}

/** The same for pods that no rule tells apart. */
const crowdOf = (pod: Pod): string =>
  JSON.stringify([
    pod.metadata.namespace,
    Object.entries(labelsOf(pod)).toSorted(([a], [b]) => (a < b ? -1 : 1)),
    aboutPods(pod) ?? null,
    pod.metadata.deletionTimestamp !== undefined,
  ]);
