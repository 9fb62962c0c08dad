import { type Node, nodes, type Taint } from "#api/core/node.ts";
import { type Pod, pods } from "#api/core/pod.ts";
import { type EventRecorder, referenceTo } from "#client/events.ts";
import { type ResourceClient, refusedFor } from "#client/resource.ts";
import { drivingTaints, silentStatus, unreadyStatus, wantedTaints } from "#core/nodes/node-health.ts";

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

/** What is thought of a node. */
export interface Opinion {
  readonly isSilent: boolean;
  /** Whether pods are driven from it where it is lost. */
  readonly evicts: boolean;
}

/** Writes down that a node is silent, and the taints that follow from its conditions. Returns it as it is then. */
export async function describeNode(hands: NodeHands, node: Node, { isSilent, evicts }: Opinion): Promise<Node> {
  const heard = isSilent ? await silence(hands, node) : node;
  const taints = wantedTaints(heard, evicts, hands.now());
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

/** Takes a pod of a lost node out of service. */
export async function withdraw(hands: NodeHands, pod: Pod): Promise<void> {
  const status = unreadyStatus(pod, hands.now());
  if (status === undefined) return;
  await unlessGone(async () => {
    await hands.pods.updateStatus({ ...pod, status });
    const remark = { reason: "NodeNotReady", message: "Node is not ready" };
    hands.recorder.record(referenceTo(pods, pod), "Warning", remark);
  });
}

/** Deletes pods whose time on a tainted node is over; none where the taint has gone meanwhile, since the cache may be behind. */
export async function driveAway(hands: NodeHands, node: Node, due: readonly Pod[]): Promise<void> {
  if (due.length === 0) return;
  const present = await hands.nodes.get("", node.metadata.name);
  const remains = (taint: Taint): boolean => drivingTaints(present).some(({ key }) => key === taint.key);
  if (!drivingTaints(node).every(remains)) return;
  await Promise.all(due.map((pod) => unlessGone(() => evict(hands, pod))));
}

async function unlessGone(act: () => Promise<void>): Promise<void> {
  try {
    await act();
  } catch (fault) {
    if (!refusedFor(fault, "NotFound")) throw fault;
  }
}

async function evict({ pods: client, recorder }: NodeHands, pod: Pod): Promise<void> {
  const { namespace, name, uid } = pod.metadata;
  const message = `Marking for deletion Pod ${namespace}/${name}`;
  recorder.record(referenceTo(pods, pod), "Normal", { reason: "TaintManagerEviction", message });
  await client.delete(namespace, name, { preconditions: { uid } });
}
