import { Binding, bindingProblems } from "#api/core/binding.ts";
import { pods } from "#api/core/pod.ts";
import { isJsonObject } from "#machinery/json.ts";
import type { Stored } from "#machinery/schema.ts";
import { badRequest, conflict, internal, invalid, type Status } from "#machinery/status.ts";
import { showTime } from "#machinery/time.ts";
import { statusAnswer } from "../answers/encode.ts";
import { type Call, placeOf } from "../call.ts";
import type { Answer } from "../exchange.ts";
import { type ApiObject, isOf, objectOf } from "../object.ts";
import { retryOnConflict, save } from "../objects.ts";
import { type Expected, sentBody } from "../requests/sent.ts";
import { writeOptions } from "../requests/write-options.ts";

const expected: Expected = { group: "", version: "v1", kind: "Binding", type: Binding };

/** POST of a Binding: the scheduler says on which node a pod runs, once and for all. */
export async function bind(call: Call): Promise<Answer> {
  const options = writeOptions(call, "CreateOptions");
  const binding = mustBinding(await sentBody(call, expected, options));
  const { env, kind } = call;
  const { name = call.path.name } = binding.metadata;
  if (name !== call.path.name) throw badRequest("name in URL does not match name in Binding object");
  const problems = [...bindingProblems(binding)];
  if (problems.length > 0) throw invalid({ group: "", kind: "Binding", plural: "bindings" }, "", problems);
  const node = binding.target.name ?? "";
  await retryOnConflict(env.store, { kind, place: placeOf(call) }, async ({ object, entry }) => {
    checkSeen(object, binding);
    const bound = boundTo(object, node, showTime(env.now()));
    if (options.isDryRun) return true;
    const saving = await save(env.store, entry.key, bound, entry.modRevision);
    return saving.kind === "saved" ? true : undefined;
  });
  const done: Status = { kind: "Status", apiVersion: "v1", metadata: {}, status: "Success", code: 201 };
  return statusAnswer(done, call.request.headers.accept);
}

type Sent = Stored<typeof Binding>;

function mustBinding(body: unknown): Sent {
  if (!isBinding(body)) throw badRequest("the body is no Binding");
  return body;
}
// Just read as that type.
const isBinding = (value: unknown): value is Sent =>
  isJsonObject(value) && isJsonObject(value.metadata) && isJsonObject(value.target);

const podBinding = { group: "", kind: "Binding", plural: "pods/binding" };

/** The pod must be the one that the scheduler chose for, not one made anew under its name. Source: assignPod's preconditions. */
function checkSeen({ metadata: { name, ...found } }: ApiObject, { metadata: seen }: Sent): void {
  for (const [field, word] of [
    ["uid", "UID"],
    ["resourceVersion", "ResourceVersion"],
  ] as const) {
    const [wanted = "", present] = [seen[field], found[field]];
    if (wanted === "" || wanted === present) continue;
    const detail = `Precondition failed: ${word} in precondition: ${wanted}, ${word} in object meta: ${present}`;
    throw conflict(podBinding, name, detail);
  }
}

function boundTo(pod: unknown, node: string, now: string) {
  if (!isOf(pods, pod)) throw internal("only a pod can be bound to a node");
  const { name, deletionTimestamp } = pod.metadata;
  if (deletionTimestamp !== undefined)
    throw conflict(podBinding, name, `pod ${name} is being deleted, cannot be assigned to a host`);
  if ((pod.spec.nodeName ?? "") !== "")
    throw conflict(podBinding, name, `pod ${name} is already assigned to node ${JSON.stringify(pod.spec.nodeName)}`);
  if ((pod.spec.schedulingGates ?? []).length > 0)
    throw conflict(podBinding, name, `pod ${name} has non-empty .spec.schedulingGates`);
  const others = (pod.status.conditions ?? []).filter(({ type }) => type !== "PodScheduled");
  const conditions = [...others, { type: "PodScheduled", status: "True", lastTransitionTime: now }];
  return objectOf({ ...pod, spec: { ...pod.spec, nodeName: node }, status: { ...pod.status, conditions } });
}
