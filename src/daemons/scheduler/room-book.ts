import type { Node } from "#api/core/node.ts";
import type { Pod } from "#api/core/pod.ts";
import { type HostPort, hostPortsOf } from "#core/host-ports.ts";
import type { NodeRoom } from "#core/placement/node-room.ts";
import { type Amounts, add, amountsOf, podRequests, subtract } from "#core/placement/requests.ts";
import { isFinished } from "#core/workloads/pod-state.ts";

interface Lodger {
  readonly nodeName: string;
  readonly requests: Amounts;
  readonly hostPorts: readonly HostPort[];
}
interface Lodging {
  readonly taken: Map<string, number>;
  readonly pods: Map<string, Lodger>;
}

/**
 * What of each node is taken, kept up to date pod by pod. A pod counts from the moment its node is chosen, so that several bindings
 * under way don't promise the same room twice.
 */
export class RoomBook {
  readonly #lodgers = new Map<string, Lodger>();
  readonly #lodgings = new Map<string, Lodging>();
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
    const { uid } = pod.metadata;
    if (this.#lodgers.get(uid)?.nodeName === nodeName) return;
    this.release(uid);
    const lodger = { nodeName, requests: podRequests(pod), hostPorts: hostPortsOf(pod) };
    const lodging = this.#lodgings.get(nodeName) ?? {
      taken: new Map<string, number>(),
      pods: new Map<string, Lodger>(),
    };
    this.#lodgings.set(nodeName, lodging);
    this.#lodgers.set(uid, lodger);
    lodging.pods.set(uid, lodger);
    add(lodging.taken, lodger.requests);
  }

  release(uid: string): void {
    const lodger = this.#lodgers.get(uid);
    const lodging = lodger && this.#lodgings.get(lodger.nodeName);
    if (lodger === undefined || lodging === undefined) return;
    this.#lodgers.delete(uid);
    lodging.pods.delete(uid);
    subtract(lodging.taken, lodger.requests);
    if (lodging.pods.size === 0) this.#lodgings.delete(lodger.nodeName);
  }

  /** Whether a node is chosen for the pod, though its object may not say so yet. */
  has(uid: string): boolean {
    return this.#lodgers.has(uid);
  }

  rooms(): readonly NodeRoom[] {
    return [...this.#nodes.values()].map(({ node, allocatable }) => {
      const lodging = this.#lodgings.get(node.metadata.name);
      const taken = lodging?.taken ?? new Map<string, number>();
      const podCount = lodging?.pods.size ?? 0;
      return { node, allocatable, taken, podCount, hostPorts: portsOf(lodging) };
    });
  }
}

const portsOf = (lodging: Lodging | undefined): readonly HostPort[] =>
  lodging === undefined ? [] : [...lodging.pods.values()].flatMap(({ hostPorts }) => hostPorts);
