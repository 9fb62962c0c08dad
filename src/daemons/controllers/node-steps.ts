import { type Node, nodes } from "#api/core/node.ts";
import { type Pod, pods } from "#api/core/pod.ts";
import { type EventRecorder, referenceTo } from "#client/events.ts";
import { type ResourceClient, refusedFor } from "#client/resource.ts";
import { secondsUntilEviction, silentStatus, unreadyStatus, wantedTaints } from "#core/workloads/node-health.ts";

export interface NodeHands {
  readonly nodes: ResourceClient<Node, never>;
  readonly pods: ResourceClient<Pod, never>;
  readonly recorder: EventRecorder;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

export function welcome({ recorder }: NodeHands, node: Node): void {
  const { name } = node.metadata;
  const message = `Node ${name} event: Registered Node ${name} in Controller`;
  recorder.record(referenceTo(nodes, node), "Normal", { reason: "RegisteredNode", message });
}

/** Writes down that a node is silent, and the taints that follow from its conditions. Returns it as it is then. */
export async function describeNode(hands: NodeHands, node: Node, isSilent: boolean): Promise<Node> {
  const heard = isSilent ? await silence(hands, node) : node;
  const taints = wantedTaints(heard, hands.now());
  if (taints === undefined) return heard;
  const { name, resourceVersion } = heard.metadata;
  const body = { metadata: { resourceVersion }, spec: { taints } };
  return hands.nodes.patch("", name, { type: "merge", body });
}

async function silence({ nodes: client, recorder, now }: NodeHands, node: Node): Promise<Node> {
  const status = silentStatus(node, now());
  if (status === undefined) return node;
  const message = `Node ${node.metadata.name} status is now: NodeNotReady`;
  recorder.record(referenceTo(nodes, node), "Normal", { reason: "NodeNotReady", message });
  return client.updateStatus({ ...node, status });
}

/** Takes a pod of a lost node out of service. Returns after how many seconds it must leave, undefined where it may stay. */
export async function withdraw(hands: NodeHands, pod: Pod, node: Node): Promise<number | undefined> {
  try {
    const status = unreadyStatus(pod, hands.now());
    if (status !== undefined) {
      await hands.pods.updateStatus({ ...pod, status });
      const remark = { reason: "NodeNotReady", message: "Node is not ready" };
      hands.recorder.record(referenceTo(pods, pod), "Warning", remark);
    }
    const seconds = secondsUntilEviction(pod, node, hands.now());
    if (seconds !== 0) return seconds;
    await evict(hands, pod);
  } catch (fault) {
    if (!refusedFor(fault, "NotFound")) throw fault;
  }
  return undefined;
}

async function evict({ pods: client, recorder }: NodeHands, pod: Pod): Promise<void> {
  const { namespace, name, uid } = pod.metadata;
  const message = `Marking for deletion Pod ${namespace}/${name}`;
  recorder.record(referenceTo(pods, pod), "Normal", { reason: "TaintManagerEviction", message });
  await client.delete(namespace, name, { preconditions: { uid } });
}
