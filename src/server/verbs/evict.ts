import { pods } from "#api/core/pod.ts";
import { Eviction } from "#api/policy/eviction.ts";
import { isJsonObject } from "#machinery/json.ts";
import type { Stored } from "#machinery/schema.ts";
import { badRequest, internal, type Status, StatusError, withoutReason } from "#machinery/status.ts";
import { showTime } from "#machinery/time.ts";
import { judgeDeletion } from "../admission/chain.ts";
import { statusAnswer } from "../answers/encode.ts";
import { type Call, placeOf } from "../call.ts";
import type { Answer } from "../exchange.ts";
import { type ApiObject, isOf, objectOf } from "../object.ts";
import { mustFind, retryOnConflict, save } from "../objects.ts";
import { checkedDeletion, type Deletion } from "../requests/delete-options.ts";
import { type Expected, sentBody } from "../requests/sent.ts";
import { writeOptions } from "../requests/write-options.ts";
import { type Budget, budgetsOf, notCounted, spend } from "./disruption-budgets.ts";
import { checkPreconditions, removeObject } from "./removal.ts";

const expected: Expected = {
  group: "policy",
  version: "v1",
  kind: "Eviction",
  type: Eviction,
  alsoNamed: ["policy/v1beta1"],
};

type Pod = Stored<typeof pods.type>;

/**
 * POST of an Eviction: deletes a pod where its disruption budget allows it, which is what drains a node.
 * Throws a 429 where it doesn't, a 500 where several budgets guard the pod.
 * Source: pkg/registry/core/pod/storage/eviction.go.
 */
export async function evict(call: Call): Promise<Answer> {
  const options = writeOptions(call, "CreateOptions");
  const eviction = mustEviction(await sentBody(call, expected, options));
  if (eviction.metadata.name !== call.path.name) throw badRequest("name in URL does not match name in Eviction object");
  const asked = checkedDeletion(eviction.deleteOptions ?? {});
  await evictPod(call, { ...asked, isDryRun: asked.isDryRun || options.isDryRun });
  const done: Status = { kind: "Status", apiVersion: "v1", metadata: {}, status: "Success", code: 201 };
  return statusAnswer(done, call.request.headers.accept);
}

type Sent = Stored<typeof Eviction>;
function mustEviction(body: unknown): Sent {
  if (!isEviction(body)) throw badRequest("the body is no Eviction");
  return body;
}
// Just read as that type.
const isEviction = (value: unknown): value is Sent => isJsonObject(value) && isJsonObject(value.metadata);

async function podOf({ env, kind, path }: Call): Promise<Pod> {
  const { object } = await mustFind(env.store, kind, path);
  if (!isOf(pods, object)) throw internal("only a pod can be evicted");
  return object;
}

/** How often a pod that others change meanwhile is looked at again. */
const mostAttempts = 20;

async function evictPod(call: Call, deletion: Deletion, attempt = 1): Promise<void> {
  const pod = await podOf(call);
  const old = objectOf(pod);
  judgeDeletion(old, { call, operation: "delete", name: old.metadata.name, old, isDryRun: deletion.isDryRun });
  const leave = await leaveOf(call, pod, deletion);
  try {
    await remove(call, leave === "given" ? deletion : asSeen(deletion, pod));
  } catch (fault) {
    const isOurs = leave !== "given" && deletion.preconditions.resourceVersion === undefined;
    if (!isOurs || !(fault instanceof StatusError) || fault.status.reason !== "Conflict") throw fault;
    if (leave !== "while unstarted") throw notCounted(leave.unready.metadata.name);
    if (attempt === mostAttempts) throw fault;
    await evictPod(call, deletion, attempt + 1);
  }
}

/** Whether a pod may go whatever becomes of it, or only as it was seen: not started yet, or not ready and so not counted by its budget. */
type Leave = "given" | "while unstarted" | { readonly unready: Budget };

/** Source: canIgnorePDB; KEP-3017 for unready pods. Throws a 403, 429 or 500. */
async function leaveOf({ env }: Call, pod: Pod, { isDryRun }: Deletion): Promise<Leave> {
  const { name, deletionTimestamp } = pod.metadata;
  const { phase } = pod.status;
  if (phase === "Succeeded" || phase === "Failed" || deletionTimestamp !== undefined) return "given";
  if (phase === "Pending") return "while unstarted";
  const [budget, ...others] = await budgetsOf(env.store, objectOf(pod));
  if (budget === undefined) return "given";
  if (others.length > 0)
    throw withoutReason(
      "This pod has more than one PodDisruptionBudget, which the eviction subresource does not support.",
    );
  if (!isReady(pod) && sparesUnready(budget)) return { unready: budget };
  await spend(env.store, budget, { name, now: env.now(), isDryRun });
  return "given";
}

const isReady = ({ status }: Pod): boolean =>
  (status.conditions ?? []).some(({ type, status: is }) => type === "Ready" && is === "True");

const sparesUnready = ({ spec, status: { currentHealthy, desiredHealthy } }: Budget): boolean =>
  spec.unhealthyPodEvictionPolicy === "AlwaysAllow" || (currentHealthy >= desiredHealthy && desiredHealthy > 0);

const asSeen = (deletion: Deletion, { metadata: { resourceVersion } }: Pod): Deletion => ({
  ...deletion,
  preconditions: { ...deletion.preconditions, ...(resourceVersion !== undefined && { resourceVersion }) },
});

/** The pod says why it goes, and goes. Source: addConditionAndDeletePod. */
async function remove(call: Call, deletion: Deletion): Promise<void> {
  if (deletion.isDryRun) return void (await removeObject(call, placeOf(call), deletion));
  const resourceVersion = await markEvicted(call, deletion);
  const isPinned = deletion.preconditions.resourceVersion !== undefined;
  const preconditions = { ...deletion.preconditions, ...(isPinned && { resourceVersion }) };
  await removeObject(call, placeOf(call), { ...deletion, preconditions });
}

/** Gives the resourceVersion that the pod has then. */
const markEvicted = ({ env, kind, path }: Call, deletion: Deletion): Promise<string> =>
  retryOnConflict(env.store, { kind, place: path }, async ({ object, entry }) => {
    checkPreconditions(kind, object, deletion);
    const saving = await save(env.store, entry.key, withTarget(object, showTime(env.now())), entry.modRevision);
    return saving.kind === "saved" ? `${saving.saved.revision}` : undefined;
  });

/** Source: KEP-3329. */
function withTarget(pod: ApiObject, now: string): ApiObject {
  if (!isOf(pods, pod)) throw internal("only a pod can be evicted");
  const conditions = pod.status.conditions ?? [];
  const before = conditions.find(({ type }) => type === "DisruptionTarget");
  const target = {
    type: "DisruptionTarget",
    status: "True",
    lastTransitionTime: before?.status === "True" ? before.lastTransitionTime : now,
    reason: "EvictionByEvictionAPI",
    message: "Eviction API: evicting",
  };
  const all = before === undefined ? [...conditions, target] : conditions.map((one) => (one === before ? target : one));
  return objectOf({ ...pod, status: { ...pod.status, conditions: all } });
}
