import { type Lease, leases, nodeLeaseNamespace } from "#api/coordination/lease.ts";
import { type Node, nodes } from "#api/core/node.ts";
import type { EventRecorder } from "#client/events.ts";
import type { Informer } from "#client/informer.ts";
import { refusedFor, resourceClient } from "#client/resource.ts";
import type { Transport } from "#client/transport.ts";
import { podCidrsOf, readyOf } from "#core/node.ts";
import { type NodeReport, nodeObject, nodeStatus } from "#core/pods/node-object.ts";
import type { Draft } from "#machinery/schema.ts";
import { showMicroTime } from "#machinery/time.ts";
import { type Again, everything, type Failure, type Loop, loop } from "../loop.ts";

export interface RegistrationOptions {
  readonly transport: Transport;
  readonly nodes: Informer<Node>;
  /** How the node is now. */
  readonly report: () => Omit<NodeReport, "hasPodBlock">;
  readonly recorder: EventRecorder;
  readonly failed: (failure: Failure) => void;
}

/** The kubelet's times: a Lease that isn't renewed for 40 s makes the node NotReady. Source: KubeletConfiguration. */
const leaseSeconds = 40;
const renewSeconds = 10;
const statusSeconds = 300;
const backoff = { firstSeconds: 0.2, longestSeconds: 5, random: Math.random };

/** Makes the Node and keeps telling that it lives. */
export interface Registration {
  /** Resolves when the Node is there and can take pods. */
  readonly registered: Promise<Node>;
  readonly stop: () => Promise<void>;
}

export function register(options: RegistrationOptions): Registration {
  const { transport, report, recorder, nodes: known } = options;
  const nodeClient = resourceClient(transport, nodes);
  const leaseClient = resourceClient(transport, leases);
  const registered = Promise.withResolvers<Node>();
  const { name } = report();

  const tell = (reason: string, message: string): void =>
    recorder.record(asKubeletsSay(name), "Normal", { reason, message });
  tell("Starting", "Starting kubelet.");

  let isFirst = true;
  const node = repeated("node-status", options, async () => {
    const current = await createOrAdopt(nodeClient, nodeObject({ ...report(), hasPodBlock: false }));
    const hasPodBlock = podCidrsOf(current.spec).length > 0;
    const status = nodeStatus({ ...report(), hasPodBlock }, current.status.conditions ?? []);
    const told = await nodeClient.updateStatus({ ...current, status: { ...current.status, ...status } });
    if (!hasPodBlock) return { againSeconds: statusSeconds }; // it comes as a change of the Node
    registered.resolve(told);
    if (isFirst || readyOf(current)?.status !== "True") tell("NodeReady", `Node ${name} status is now: NodeReady`);
    isFirst = false;
    return { againSeconds: statusSeconds };
  });
  const stopListening = known.onChange((before, after) => {
    if (after?.metadata.name !== name) return;
    const gained = podCidrsOf(after.spec).length > 0 && podCidrsOf(before?.spec ?? {}).length === 0;
    // Somebody has written down that it was lost: it must say at once that it isn't.
    const denied =
      readyOf(after)?.status === "Unknown" && (before === undefined || readyOf(before)?.status !== "Unknown");
    if (gained || denied) node.enqueue(everything);
  });
  const lease = repeated("node-lease", options, async () => {
    await renew(leaseClient, name, await registered.promise);
    return { againSeconds: renewSeconds };
  });
  return {
    registered: registered.promise,
    async stop() {
      stopListening();
      await Promise.all([node.stop(), lease.stop()]);
    },
  };
}

/** A loop with one key, worked on at once and then again and again. */
function repeated(name: string, { failed }: RegistrationOptions, apply: () => Promise<Again>): Loop {
  const repeating = loop<true>({ name, sources: [], plan: () => true, apply, parallel: 1, backoff, failed });
  repeating.enqueue(everything);
  return repeating;
}

type NodeClient = ReturnType<typeof resourceClient<typeof Node, Node>>;

/** The Node of an earlier run stays, with its block of addresses and the labels of this run. */
async function createOrAdopt(client: NodeClient, wanted: Draft<typeof Node>): Promise<Node> {
  try {
    return await client.create("", wanted);
  } catch (fault) {
    if (!refusedFor(fault, "AlreadyExists")) throw fault;
    const { name = "", labels = {} } = wanted.metadata ?? {};
    return client.patch("", name, { type: "strategic", body: { metadata: { labels } } });
  }
}

/** Kubelets give a Node's name as its UID in what they tell of it: that is what `kubectl describe node` looks for. */
const asKubeletsSay = (name: string) => ({ apiVersion: "v1", kind: "Node", name, uid: name });

type LeaseClient = ReturnType<typeof resourceClient<typeof Lease, Lease>>;

async function renew(client: LeaseClient, name: string, { metadata }: Node): Promise<void> {
  const spec = { holderIdentity: name, leaseDurationSeconds: leaseSeconds, renewTime: showMicroTime(Date.now()) };
  try {
    await client.patch(nodeLeaseNamespace, name, { type: "merge", body: { spec } });
  } catch (fault) {
    if (!refusedFor(fault, "NotFound")) throw fault;
    const owner = { apiVersion: "v1", kind: "Node", name, uid: metadata.uid };
    await client.create(nodeLeaseNamespace, {
      metadata: { name, namespace: nodeLeaseNamespace, ownerReferences: [owner] },
      spec,
    });
  }
}
