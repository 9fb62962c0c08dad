import type { Node } from "#api/core/node.ts";
import { type Pod, pods } from "#api/core/pod.ts";
import { readingOwnWrites } from "#client/cache.ts";
import { type EventRecorder, eventRecorder, referenceTo } from "#client/events.ts";
import { keyOf, placeOf } from "#client/informer.ts";
import type { Informers } from "#client/informers.ts";
import { type ResourceClient, refusedFor, resourceClient } from "#client/resource.ts";
import type { Transport } from "#client/transport.ts";
import { type Placement, place } from "#core/placement/place.ts";
import { unschedulableStatus } from "#core/placement/scheduled.ts";
import { isFinished } from "#core/pod-state.ts";
import { sameJson } from "#core/same-json.ts";
import { changesOf, type Failure, type Loop, loop } from "../loop.ts";
import { type BookKeeping, bookKeeping, cachesOf } from "./book-keeping.ts";

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
  const caches = cachesOf(informers);
  const client = readingOwnWrites(resourceClient(transport, pods), caches.pods);
  const recorder = eventRecorder(transport, { component: schedulerName, now });
  const { book, surroundings } = bookKeeping(caches);
  const hands = { client, recorder, book, now };
  /** Keys of pods that no node could take; looked at again when there may be room. */
  const refused = new Map<string, Pod>();

  const plan = (key: string): Pod | undefined => {
    refused.delete(key);
    const { namespace, name } = placeOf(key);
    const pod = caches.pods.get(namespace, name);
    return pod !== undefined && isWaiting(pod) && !book.has(pod.metadata.uid) ? pod : undefined;
  };

  const apply = async (pod: Pod, key: string): Promise<undefined> => {
    if ((pod.spec.schedulingGates ?? []).length > 0) {
      await tell(hands, pod, { reason: "SchedulingGated", message: gated });
      return undefined;
    }
    const placement = place(pod, surroundings());
    if (placement.kind === "bind") return bind(hands, pod, placement.nodeName);
    refused.set(key, pod);
    await tellRefusal(hands, pod, placement);
    return undefined;
  };

  return loop({
    name: "scheduler",
    sources: [
      changesOf(caches.pods, (pod, other) => {
        if (isWaiting(pod)) return [keyOf(pod)];
        if (other !== undefined && meansTheSame(pod, other)) return [];
        return other === undefined || isLeaving(pod) ? refused.keys() : mindful(refused);
      }),
      changesOf(caches.nodes, (node, other) =>
        other !== undefined && offersTheSame(node, other) ? [] : refused.keys(),
      ),
      changesOf(caches.namespaces, ({ metadata }, other) =>
        sameJson(metadata.labels, other?.metadata.labels) ? [] : refused.keys(),
      ),
      changesOf(caches.services, () => []),
      changesOf(caches.replicaSets, () => []),
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
  readonly book: BookKeeping["book"];
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

async function tellRefusal(hands: Hands, pod: Pod, { message, portsTaken }: Refused): Promise<void> {
  const isNews = await tell(hands, pod, { reason: "Unschedulable", message });
  if (!isNews) return;
  const about = referenceTo(pods, pod);
  hands.recorder.record(about, "Warning", { reason: "FailedScheduling", message });
  if (portsTaken !== undefined)
    hands.recorder.record(about, "Warning", { reason: "HostPortTaken", message: portsTaken });
}
type Refused = Placement & { readonly kind: "refused" };

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

const isLeaving = (pod: Pod): boolean => pod.metadata.deletionTimestamp !== undefined || isFinished(pod);

/** Of pods that wait, those that may fit since another one has come: they have rules about neighbours. */
const mindful = (waiting: ReadonlyMap<string, Pod>): readonly string[] =>
  [...waiting].flatMap(([key, { spec }]) =>
    spec.affinity?.podAffinity === undefined && spec.topologySpreadConstraints === undefined ? [] : [key],
  );

/** To those that wait: whether it is in the way, and what rules about neighbours see of it. */
const meansTheSame = (a: Pod, b: Pod): boolean =>
  sameJson(standingOf(a), standingOf(b)) && sameJson(a.metadata.labels, b.metadata.labels);
const standingOf = (pod: Pod) => [pod.spec.nodeName, pod.metadata.deletionTimestamp !== undefined, isFinished(pod)];

/** A heartbeat is no reason to try again. */
const offersTheSame = (a: Node, b: Node): boolean =>
  sameJson([a.metadata.labels, a.spec, a.status.allocatable], [b.metadata.labels, b.spec, b.status.allocatable]);
