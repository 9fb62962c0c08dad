import { leases, nodeLeaseNamespace } from "#api/coordination/lease.ts";
import { type Node, nodes } from "#api/core/node.ts";
import { type Pod, pods } from "#api/core/pod.ts";
import { readyOf } from "#core/node.ts";
import { disruptedZones, regionAndZoneOf, secondsUntilEviction } from "#core/nodes/node-health.ts";
import { type Again, changesOf, type Loop, loop } from "../loop.ts";
import { backoffOf, type ControllerContext, collection, recorderOf } from "./context.ts";
import { describeNode, driveAway, type NodeHands, type Opinion, welcome, withdraw } from "./node-steps.ts";
import { NodeWatch } from "./node-watch.ts";
import { TaintWatch } from "./taint-watch.ts";

export interface NodeClock {
  /** Milliseconds that only go forward, whatever the clock on the wall does. */
  readonly elapsedMs: () => number;
}

export interface NodeLifecycleOptions extends NodeClock {
  /** For how long a node may not be heard of. Source: --node-monitor-grace-period of kube-controller-manager. */
  readonly graceSeconds: number;
}

interface Work {
  readonly node: Node;
  /** Seen for the first time since this controller started. */
  readonly isNew: boolean;
  readonly opinion: Opinion;
  readonly pods: readonly Pod[];
  readonly againSeconds: number;
}

/**
 * Notices nodes that are no longer heard of, takes their pods out of service, and in time off the node; and drives pods away that don't
 * tolerate what somebody has tainted a node with. A node is heard of when its Lease or its status changes, by this process' own count of
 * time: nobody's wall clock matters.
 */
export function nodeLifecycleController(context: ControllerContext, options: NodeLifecycleOptions): Loop {
  const all = collection(context, nodes);
  const allPods = collection(context, pods);
  const leaseCache = context.informers.of(leases, { namespace: nodeLeaseNamespace });
  const podsOn = allPods.cache.index(({ spec }) => (spec.nodeName === undefined ? [] : [spec.nodeName]));
  const recorder = recorderOf(context, "node-controller");
  const hands = { nodes: all.client, pods: allPods.client, recorder, now: context.now };
  const signOf = (node: Node): string =>
    `${leaseCache.get(nodeLeaseNamespace, node.metadata.name)?.spec.renewTime} ${readyOf(node)?.lastHeartbeatTime}`;
  const watched = new NodeWatch({ ...options, signOf });
  const taints = new TaintWatch(options.elapsedMs);

  const plan = (name: string): Work | undefined => {
    const node = all.cache.get("", name);
    if (node === undefined) {
      watched.forget(name);
      taints.forget(name);
      return undefined;
    }
    const isNew = !watched.isKnown(node);
    const { isSilent, againSeconds } = watched.look(node);
    const evicts = !disruptedZones(all.cache.list(), watched.mayBeLost).has(regionAndZoneOf(node));
    return { node, isNew, opinion: { isSilent, evicts }, againSeconds, pods: podsOn(name) };
  };

  return loop({
    name: "nodes",
    sources: [
      // Whether one is lost or not may decide about all.
      changesOf(all.cache, (node, other) => (isAlike(node, other) ? [node] : all.cache.list()).map(nameOf)),
      changesOf(leaseCache, ({ metadata }) => [metadata.name]),
      changesOf(allPods.cache, (pod, other) => {
        const { nodeName } = pod.spec; // one that comes to a node that is lost already
        return nodeName === undefined || other?.spec.nodeName === nodeName ? [] : [nodeName];
      }),
    ],
    plan,
    apply: (work) => applied(hands, taints, work),
    parallel: 4,
    backoff: backoffOf(context),
    failed: context.failed,
  });
}

const nameOf = ({ metadata }: Node): string => metadata.name;
const isAlike = (node: Node, other: Node | undefined): boolean =>
  other !== undefined && readyOf(node)?.status === readyOf(other)?.status;

async function applied(hands: NodeHands, taints: TaintWatch, work: Work): Promise<Again> {
  if (work.isNew) welcome(hands, work.node);
  const node = await describeNode(hands, work.node, work.opinion);
  if (readyOf(node)?.status !== "True") await Promise.all(work.pods.map((pod) => withdraw(hands, pod)));
  taints.see(node);
  const leaving = work.pods.flatMap((pod) => {
    const seconds = secondsUntilEviction(pod, node, (taint) => taints.heldSeconds(nameOf(node), taint));
    return seconds === undefined ? [] : [{ pod, seconds }];
  });
  const due = leaving.filter(({ seconds }) => seconds === 0).map(({ pod }) => pod);
  await driveAway(hands, node, due);
  const waits = leaving.flatMap(({ seconds }) => (seconds === 0 ? [] : [seconds]));
  return { againSeconds: Math.min(work.againSeconds, ...waits) };
}
