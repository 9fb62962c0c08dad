import { type Node, nodes } from "#api/core/node.ts";
import { type Pod, pods } from "#api/core/pod.ts";
import { readingOwnWrites } from "#client/cache.ts";
import { type EventRecorder, eventRecorder, referenceTo } from "#client/events.ts";
import { keyOf, placeOf } from "#client/informer.ts";
import type { Informers } from "#client/informers.ts";
import { type ResourceClient, refusedFor, resourceClient } from "#client/resource.ts";
import type { Transport } from "#client/transport.ts";
import { place } from "#core/placement/place.ts";
import { unschedulableStatus } from "#core/placement/scheduled.ts";
import { isFinished } from "#core/workloads/pod-state.ts";
import { sameJson } from "#core/workloads/same-json.ts";
import { changesOf, type Failure, type Loop, loop } from "../loop.ts";
import { RoomBook } from "./room-book.ts";

export interface SchedulerOptions {
  readonly transport: Transport;
  readonly informers: Informers;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** From 0 up to 1. */
  readonly random: () => number;
  /** Hears what failed and is tried again. */
  readonly failed: (failure: Failure) => void;
}

const schedulerName = "default-scheduler";
const bindingKind = { subresource: "binding", group: "", version: "v1", kind: "Binding" };

/** Finds a node for every pod that has none. Starts at once. */
export function startScheduler(options: SchedulerOptions): Loop {
  const { transport, informers, now } = options;
  const [podCache, nodeCache] = [informers.of(pods), informers.of(nodes)];
  const client = readingOwnWrites(resourceClient(transport, pods), podCache);
  const recorder = eventRecorder(transport, { component: schedulerName, now });
  const book = new RoomBook();
  const hands = { client, recorder, book, now };
  podCache.onChange(book.podChanged);
  nodeCache.onChange(book.nodeChanged);
  /** Keys of pods that no node could take; looked at again when there may be room. */
  const refused = new Set<string>();

  const plan = (key: string): Pod | undefined => {
    refused.delete(key);
    const { namespace, name } = placeOf(key);
    const pod = podCache.get(namespace, name);
    return pod !== undefined && isWaiting(pod) && !book.has(pod.metadata.uid) ? pod : undefined;
  };

  const apply = async (pod: Pod, key: string): Promise<undefined> => {
    if ((pod.spec.schedulingGates ?? []).length > 0) {
      await tell(hands, pod, { reason: "SchedulingGated", message: gated });
      return undefined;
    }
    const placement = place(pod, book.rooms());
    if (placement.kind === "bind") return bind(hands, pod, placement.nodeName);
    refused.add(key);
    const { message } = placement;
    const isNews = await tell(hands, pod, { reason: "Unschedulable", message });
    if (isNews) recorder.record(referenceTo(pods, pod), "Warning", { reason: "FailedScheduling", message });
    return undefined;
  };

  return loop({
    name: "scheduler",
    sources: [
      changesOf(podCache, (pod, other) => {
        if (other === undefined && !isWaiting(pod)) return [...refused]; // perhaps it was in the way
        return isWaiting(pod) ? [keyOf(pod)] : isFinished(pod) ? [...refused] : [];
      }),
      changesOf(nodeCache, (node, other) => (other !== undefined && offersTheSame(node, other) ? [] : [...refused])),
    ],
    plan,
    apply,
    parallel: 64,
    backoff: { firstSeconds: 0.01, longestSeconds: 10, random: options.random },
    failed: options.failed,
  });
}

interface Hands {
  readonly client: ResourceClient<Pod, never>;
  readonly recorder: EventRecorder;
  readonly book: RoomBook;
  readonly now: () => number;
}

async function bind({ client, recorder, book }: Hands, pod: Pod, nodeName: string): Promise<undefined> {
  const { namespace, name, uid } = pod.metadata;
  book.lodge(pod, nodeName);
  try {
    const body = { metadata: { name, namespace, uid }, target: { kind: "Node", name: nodeName } };
    await client.post(namespace, name, { ...bindingKind, body });
  } catch (fault) {
    book.release(uid);
    if (refusedFor(fault, "NotFound", "Conflict")) return; // deleted, or bound by somebody else: its change says which
    throw fault;
  }
  const message = `Successfully assigned ${namespace}/${name} to ${nodeName}`;
  recorder.record(referenceTo(pods, pod), "Normal", { reason: "Scheduled", message });
}

/** False where the pod says so already: to have looked again in vain is no news. */
async function tell({ client, now }: Hands, pod: Pod, why: { reason: string; message: string }): Promise<boolean> {
  const status = unschedulableStatus(pod, { ...why, now: now() });
  if (status !== undefined) await client.updateStatus({ ...pod, status });
  return status !== undefined;
}

const gated = "Scheduling is blocked due to non-empty scheduling gates";

const isWaiting = (pod: Pod): boolean =>
  pod.spec.nodeName === undefined &&
  pod.spec.schedulerName === schedulerName &&
  pod.metadata.deletionTimestamp === undefined &&
  !isFinished(pod);

/** A heartbeat is no reason to try again. */
const offersTheSame = (a: Node, b: Node): boolean =>
  sameJson([a.metadata.labels, a.spec, a.status.allocatable], [b.metadata.labels, b.spec, b.status.allocatable]);
