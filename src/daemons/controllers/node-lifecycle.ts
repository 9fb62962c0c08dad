import { leases } from "#api/coordination/lease.ts";
import { type Node, nodes } from "#api/core/node.ts";
import { type Pod, pods } from "#api/core/pod.ts";
import { readyOf } from "#core/workloads/node-health.ts";
import { type Again, changesOf, type Loop, loop } from "../loop.ts";
import { backoffOf, type ControllerContext, collection, recorderOf } from "./context.ts";
import { describeNode, welcome, withdraw } from "./node-steps.ts";
import { type Silence, silenceOf } from "./silence.ts";

const leaseNamespace = "kube-node-lease";
/** Source: --node-monitor-grace-period of kube-controller-manager was 40 s until 1.31, and is 50 s since. */
const graceSeconds = 40;

export interface NodeClock {
  /** Milliseconds that only go forward, whatever the clock on the wall does. */
  readonly elapsedMs: () => number;
}

interface Work {
  readonly node: Node;
  /** Seen for the first time since this controller started. */
  readonly isNew: boolean;
  readonly isSilent: boolean;
  readonly pods: readonly Pod[];
  readonly againSeconds: number;
}

/**
 * Notices nodes that are no longer heard of, takes their pods out of service, and in time off the node. A node is heard of when its
 * Lease or its status changes, by this process' own count of time: nobody's wall clock matters.
 */
export function nodeLifecycleController(context: ControllerContext, { elapsedMs }: NodeClock): Loop {
  const all = collection(context, nodes);
  const allPods = collection(context, pods);
  const leaseCache = context.informers.of(leases, { namespace: leaseNamespace });
  const podsOn = allPods.cache.index(({ spec }) => (spec.nodeName === undefined ? [] : [spec.nodeName]));
  const recorder = recorderOf(context, "node-controller");
  const hands = { nodes: all.client, pods: allPods.client, recorder, now: context.now };
  const silences = new Map<string, Silence>();

  const plan = (name: string): Work | undefined => {
    const node = all.cache.get("", name);
    if (node === undefined) {
      silences.delete(name);
      return undefined;
    }
    const sign = `${leaseCache.get(leaseNamespace, name)?.spec.renewTime} ${readyOf(node)?.lastHeartbeatTime}`;
    const before = silences.get(name);
    const silence = silenceOf(before, { sign, atMs: elapsedMs(), graceSeconds });
    silences.set(name, silence);
    const { isSilent, againSeconds } = silence;
    return { node, isNew: before === undefined, isSilent, againSeconds, pods: podsOn(name) };
  };

  const apply = async (work: Work): Promise<Again> => {
    if (work.isNew) welcome(hands, work.node);
    const node = await describeNode(hands, work.node, work.isSilent);
    const isLost = readyOf(node)?.status !== "True";
    const waits = isLost ? await Promise.all(work.pods.map((pod) => withdraw(hands, pod, node))) : [];
    return { againSeconds: Math.min(work.againSeconds, ...waits.flatMap((one) => (one === undefined ? [] : [one]))) };
  };

  return loop({
    name: "nodes",
    sources: [
      changesOf(all.cache, ({ metadata }) => [metadata.name]),
      changesOf(leaseCache, ({ metadata }) => [metadata.name]),
      changesOf(allPods.cache, (pod, other) => {
        const { nodeName } = pod.spec; // one that comes to a node that is lost already
        return nodeName === undefined || other?.spec.nodeName === nodeName ? [] : [nodeName];
      }),
    ],
    plan,
    apply,
    parallel: 4,
    backoff: backoffOf(context),
    failed: context.failed,
  });
}
