import { builtIn } from "#api/kinds.ts";
import type { OwnerReference } from "#api/meta/object-meta.ts";
import { type EventRecorder, referenceTo } from "#client/events.ts";
import { type ApiObject, type ResourceClient, refusedFor, resourceClient } from "#client/resource.ts";
import {
  blocking,
  deletesInForeground,
  foregroundFinalizer,
  judge,
  type OwnerState,
  orphanFinalizer,
  orphansFirst,
  ownersOf,
  unblockPatch,
  unlinkPatch,
  type Verdict,
} from "#core/workloads/garbage.ts";
import type { AnyType } from "#machinery/schema.ts";
import { type Loop, loop, type Source } from "../loop.ts";
import { backoffOf, type ControllerContext, recorderOf } from "./context.ts";
import { type FollowedKind, followedKinds } from "./followed-kinds.ts";
import { type Node, type OwnerGraph, ownerGraph } from "./owner-graph.ts";

/** Deletes what has no owner left, and lets owners go that waited for what they own. */
export function garbageCollector(context: ControllerContext): Loop {
  const graph = ownerGraph(followedKinds(context.informers));
  const recorder = recorderOf(context, "garbage-collector-controller");
  const clients = new Map<FollowedKind, Client>();
  const clientOf = (followed: FollowedKind): Client => {
    const client = clients.get(followed) ?? resourceClient<AnyType, ApiObject>(context.transport, followed.kind);
    clients.set(followed, client);
    return client;
  };
  const source: Source = { connect: graph.connect, synced: graph.synced };
  return loop<Node>({
    name: "garbage",
    sources: [source],
    plan: graph.nodeAt,
    apply: (node) => collect(node, { graph, clientOf, recorder }),
    parallel: 16,
    backoff: backoffOf(context),
    failed: context.failed,
  });
}

type Client = ResourceClient<ApiObject, never>;
interface Collector {
  readonly graph: OwnerGraph;
  readonly clientOf: (followed: FollowedKind) => Client;
  readonly recorder: EventRecorder;
}

async function collect(node: Node, collector: Collector): Promise<undefined> {
  const { object } = node;
  try {
    if (orphansFirst(object)) await orphan(node, collector);
    else if (deletesInForeground(object)) await letGo(node, collector);
    else await act(node, await verdictOn(node, collector), collector);
  } catch (fault) {
    if (!refusedFor(fault, "NotFound")) throw fault; // gone by now, as was wanted
  }
}

async function orphan({ object, followed }: Node, { graph, clientOf }: Collector): Promise<void> {
  const { uid } = object.metadata;
  for (const dependent of graph.dependentsOf(uid)) {
    const { namespace, name } = dependent.object.metadata;
    const body = unlinkPatch(dependent.object, [uid]);
    await clientOf(dependent.followed).patch(namespace, name, { type: "strategic", body }).catch(unlessGone);
  }
  await withoutFinalizer(clientOf(followed), object, orphanFinalizer);
}

/** A foreground deletion is over when nothing blocks it any more; the end of the last one brings the owner back here. */
async function letGo({ object, followed }: Node, { graph, clientOf }: Collector): Promise<void> {
  const dependents = graph.dependentsOf(object.metadata.uid).map((one) => one.object);
  if (blocking(object, dependents).length === 0)
    await withoutFinalizer(clientOf(followed), object, foregroundFinalizer);
}

async function withoutFinalizer(client: Client, { metadata }: ApiObject, finalizer: string): Promise<void> {
  const { namespace, name, uid, resourceVersion, finalizers = [] } = metadata;
  // finalizers as they were seen, or not at all: resourceVersion is the condition
  const body = { metadata: { uid, resourceVersion, finalizers: finalizers.filter((one) => one !== finalizer) } };
  await client.patch(namespace, name, { type: "merge", body });
}

async function verdictOn({ object, followed }: Node, { graph, clientOf, recorder }: Collector): Promise<Verdict> {
  const states = new Map<string, OwnerState>();
  for (const owner of ownersOf(object)) {
    const known = graph.stateOf(owner, object);
    const misplaced = misplacement(owner, { object, followed }, graph);
    if (misplaced !== undefined) {
      const message = `ownerRef [${owner.apiVersion}/${owner.kind}, name: ${owner.name}, uid: ${owner.uid}] ${misplaced}`;
      recorder.record(referenceTo(followed.kind, object), "Warning", { reason: "OwnerRefInvalidNamespace", message });
    }
    states.set(owner.uid, known === "unknown" ? await lookFor(owner, object, { graph, clientOf }) : known);
  }
  const dependents = graph.dependentsOf(object.metadata.uid).map((one) => one.object);
  return judge(object, ({ uid }) => states.get(uid) ?? "present", dependents);
}

/** An owner must be cluster-wide or live in the same namespace. Says what is wrong, or nothing. */
function misplacement(owner: OwnerReference, { object, followed }: Node, graph: OwnerGraph): string | undefined {
  if (builtIn.named(owner.apiVersion, owner.kind)?.scope !== "Namespaced") return undefined;
  if (followed.kind.scope === "Cluster") return "is namespaced, and can't own an object that is not";
  const found = graph.find(owner.uid);
  const { namespace } = object.metadata;
  return found === undefined || found.object.metadata.namespace === namespace
    ? undefined
    : `does not exist in namespace "${namespace}"`;
}

/** The caches of two kinds are not of one moment: only the server can say that an owner does not exist. */
async function lookFor(
  owner: OwnerReference,
  { metadata }: ApiObject,
  { graph, clientOf }: Pick<Collector, "graph" | "clientOf">,
): Promise<OwnerState> {
  const followed = graph.followedOf(owner);
  if (followed === undefined) return "present"; // of a kind that nobody here knows: never ours to judge
  try {
    const namespace = followed.kind.scope === "Cluster" ? "" : metadata.namespace;
    const found = await clientOf(followed).get(namespace, owner.name);
    if (found.metadata.uid !== owner.uid) return "absent";
    return deletesInForeground(found) ? "waiting" : "present";
  } catch (fault) {
    if (refusedFor(fault, "NotFound")) return "absent";
    throw fault;
  }
}

async function act({ object, followed }: Node, verdict: Verdict, { clientOf }: Collector): Promise<void> {
  const client = clientOf(followed);
  const { namespace, name, uid, resourceVersion } = object.metadata;
  switch (verdict.kind) {
    case "keep":
      return;
    case "unlink":
      await client.patch(namespace, name, { type: "strategic", body: unlinkPatch(object, verdict.uids) });
      return;
    case "delete": {
      const { propagation: propagationPolicy, unblock } = verdict;
      if (unblock) await client.patch(namespace, name, { type: "strategic", body: unblockPatch(object) });
      // deleted as it was judged: a reference that came meanwhile may save it
      const preconditions = unblock ? { uid } : { uid, resourceVersion };
      await client.delete(namespace, name, { propagationPolicy, preconditions });
    }
  }
}

const unlessGone = (fault: unknown): undefined => {
  if (!refusedFor(fault, "NotFound", "Conflict", "Invalid")) throw fault;
  return undefined;
};
