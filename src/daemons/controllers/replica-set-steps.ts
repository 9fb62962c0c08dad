import { type ReplicaSet, replicaSets } from "#api/apps/replica-set.ts";
import type { Pod, pods } from "#api/core/pod.ts";
import { type EventRecorder, referenceTo } from "#client/events.ts";
import { isNamespaceGoing, type ResourceClient, refusedFor } from "#client/resource.ts";
import { podOf, type ReplicaFailure, type ReplicaSetPlan } from "#core/workloads/replica-set.ts";
import type { Draft } from "#machinery/schema.ts";

export interface PodHands {
  readonly pods: ResourceClient<Pod, Draft<(typeof pods)["type"]>>;
  readonly recorder: EventRecorder;
}

export interface Trouble {
  readonly fault: unknown;
  readonly failure: ReplicaFailure;
}

/** Makes or deletes the pods of a plan. undefined: nothing went wrong. */
export async function makeAndDelete(
  hands: PodHands,
  replicaSet: ReplicaSet,
  plan: ReplicaSetPlan,
): Promise<Trouble | undefined> {
  const [first] = await inBatches(Array.from({ length: plan.create }, () => () => create(hands, replicaSet)));
  if (first !== undefined)
    // the namespace is going: nothing can be made in it, and nobody wants to hear of that
    return isNamespaceGoing(first) ? undefined : troubleOf(hands, replicaSet, { reason: "FailedCreate", fault: first });
  const [refused] = await inBatches(plan.delete.map((pod) => () => remove(hands, replicaSet, pod)));
  return refused === undefined ? undefined : troubleOf(hands, replicaSet, { reason: "FailedDelete", fault: refused });
}

async function create({ pods, recorder }: PodHands, replicaSet: ReplicaSet): Promise<void> {
  const { metadata } = await pods.create(replicaSet.metadata.namespace, podOf(replicaSet));
  const message = `Created pod: ${metadata.name}`;
  recorder.record(referenceTo(replicaSets, replicaSet), "Normal", { reason: "SuccessfulCreate", message });
}

async function remove({ pods, recorder }: PodHands, replicaSet: ReplicaSet, { metadata }: Pod): Promise<void> {
  try {
    await pods.delete(metadata.namespace, metadata.name, { preconditions: { uid: metadata.uid } });
  } catch (fault) {
    if (refusedFor(fault, "NotFound", "Conflict")) return; // somebody else was faster
    throw fault;
  }
  const message = `Deleted pod: ${metadata.name}`;
  recorder.record(referenceTo(replicaSets, replicaSet), "Normal", { reason: "SuccessfulDelete", message });
}

function troubleOf(
  { recorder }: PodHands,
  replicaSet: ReplicaSet,
  { reason, fault }: { readonly reason: ReplicaFailure["reason"]; readonly fault: unknown },
): Trouble {
  const message = fault instanceof Error ? fault.message : String(fault);
  const told = `Error ${reason === "FailedCreate" ? "creating" : "deleting"}: ${message}`;
  recorder.record(referenceTo(replicaSets, replicaSet), "Warning", { reason, message: told });
  return { fault, failure: { reason, message } };
}

/** One, then two, then four …: what is refused once is not asked for five hundred times. Returns the faults of the last batch. */
async function inBatches(tasks: readonly (() => Promise<void>)[]): Promise<readonly unknown[]> {
  for (let done = 0, size = 1; done < tasks.length; done += size, size *= 2) {
    const batch = tasks.slice(done, done + size);
    const faults = (await Promise.allSettled(batch.map((task) => task()))).flatMap((one) =>
      one.status === "rejected" ? [one.reason] : [],
    );
    if (faults.length > 0) return faults;
  }
  return [];
}
