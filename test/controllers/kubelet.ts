import { nodes } from "#api/core/node.ts";
import { type Pod, pods } from "#api/core/pod.ts";
import { type Informer, informer, keyOf } from "#client/informer.ts";
import { refusedFor, resourceClient } from "#client/resource.ts";
import type { Transport } from "#client/transport.ts";
import { changesOf, loop } from "#daemons/loop.ts";

/** Nodes that run nothing, but tell the API what a node's agent would. */
export interface Kubelet {
  readonly pods: Informer<Pod>;
  /** Turns the readiness of a pod; those of "by hand" begin unready. */
  readonly setReady: (pod: Pod, ready: boolean) => Promise<void>;
  readonly stop: () => Promise<void>;
}

export interface KubeletOptions {
  readonly nodes: number;
  readonly readiness: "at once" | "by hand";
}

export const roomyNode = { cpu: "64", memory: "64Gi", pods: "5000", "ephemeral-storage": "100Gi" };

export async function startKubelet(transport: Transport, options: KubeletOptions): Promise<Kubelet> {
  const nodeClient = resourceClient(transport, nodes);
  for (let i = 1; i <= options.nodes; i++) {
    const name = `node-${i}`;
    const labels = { "kubernetes.io/hostname": name, "topology.kubernetes.io/zone": `zone-${i}` };
    const node = await nodeClient.create("", { metadata: { name, labels } });
    const now = new Date().toISOString().replace(/\.\d+/, "");
    const ready = { type: "Ready", status: "True", reason: "KubeletReady", message: "", lastHeartbeatTime: now };
    const conditions = [{ ...ready, lastTransitionTime: now }];
    await nodeClient.updateStatus({ ...node, status: { capacity: roomyNode, allocatable: roomyNode, conditions } });
  }
  const cache = informer(transport, pods);
  const client = resourceClient(transport, pods);
  let addresses = 0;
  const setReady = async (pod: Pod, ready: boolean): Promise<void> => {
    addresses++;
    const { namespace, name } = pod.metadata;
    const podIP = pod.status.podIP ?? `10.244.${addresses >> 8}.${addresses & 255}`;
    const lastTransitionTime = new Date().toISOString().replace(/\.\d+/, "");
    const others = (pod.status.conditions ?? []).filter(({ type }) => type !== "Ready");
    const conditions = [...others, { type: "Ready", status: ready ? "True" : "False", lastTransitionTime }];
    const status = { phase: "Running", podIP, podIPs: [{ ip: podIP }], conditions };
    await client.patch(namespace, name, { type: "merge", subresource: "status", body: { status } });
  };
  const agent = loop<Pod>({
    name: "kubelet",
    sources: [changesOf(cache, (pod) => [keyOf(pod)])],
    plan: (key) => cache.list().find((pod) => keyOf(pod) === key && pod.spec.nodeName !== undefined),
    async apply(pod) {
      const { namespace, name, uid, deletionTimestamp } = pod.metadata;
      try {
        if (deletionTimestamp !== undefined)
          await client.delete(namespace, name, { gracePeriodSeconds: 0, preconditions: { uid } });
        else if (pod.status.podIP === undefined) await setReady(pod, options.readiness === "at once");
      } catch (fault) {
        if (!refusedFor(fault, "NotFound", "Conflict")) throw fault;
      }
      return undefined;
    },
    parallel: 16,
    backoff: { firstSeconds: 0.01, longestSeconds: 1, random: () => 0.5 },
    failed: () => {},
  });
  await cache.synced();
  return {
    pods: cache,
    setReady,
    async stop() {
      await agent.stop();
      cache.stop();
    },
  };
}
