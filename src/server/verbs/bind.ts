import { Binding } from "#api/core/binding.ts";
import { pods } from "#api/core/pod.ts";
import { requiredField, unsupportedField } from "#machinery/field-problem.ts";
import type { Stored } from "#machinery/schema.ts";
import { badRequest, conflict, internal, invalid } from "#machinery/status.ts";
import { type Call, placeOf } from "../call.ts";
import { type Answer, statusAnswer } from "../exchange.ts";
import { isOf, isRecord, objectOf } from "../object.ts";
import { retryOnConflict, save } from "../objects.ts";
import { type Expected, sentBody } from "../sent.ts";
import { showTime } from "../time.ts";
import { writeOptions } from "../write-options.ts";

const expected: Expected = { group: "", version: "v1", kind: "Binding", type: Binding };

/** POST of a Binding: the scheduler says on which node a pod runs, once and for all. */
export async function bind(call: Call): Promise<Answer> {
  const options = writeOptions(call.query, "CreateOptions");
  const node = nodeOf(await sentBody(call, expected, options));
  const { env, kind } = call;
  await retryOnConflict(env.store, { kind, place: placeOf(call) }, async ({ object, entry }) => {
    const bound = boundTo(object, node, showTime(env.now()));
    if (options.isDryRun) return true;
    const saving = await save(env.store, entry.key, bound, entry.modRevision);
    return saving.kind === "saved" ? true : undefined;
  });
  return statusAnswer({ kind: "Status", apiVersion: "v1", metadata: {}, status: "Success", code: 201 });
}

function nodeOf(body: unknown): string {
  if (!isBinding(body)) throw badRequest("the body is no Binding");
  const { kind = "", name = "" } = body.target;
  if (kind !== "" && kind !== "Node") throw refused(unsupportedField("target.kind", kind, ["Node", "<empty>"]));
  if (name === "") throw refused(requiredField("target.name"));
  return name;
}
// Just read as that type.
const isBinding = (value: unknown): value is Stored<typeof Binding> => isRecord(value) && isRecord(value.target);
const refused = (problem: ReturnType<typeof requiredField>) =>
  invalid({ group: "", kind: "Binding", plural: "bindings" }, "", [problem]);

const podBinding = { group: "", kind: "Binding", plural: "pods/binding" };

function boundTo(pod: unknown, node: string, now: string) {
  if (!isOf(pods, pod)) throw internal("only a pod can be bound to a node");
  const { name, deletionTimestamp } = pod.metadata;
  if (deletionTimestamp !== undefined)
    throw conflict(podBinding, name, `pod ${name} is being deleted, cannot be assigned to a host`);
  if ((pod.spec.nodeName ?? "") !== "")
    throw conflict(podBinding, name, `pod ${name} is already assigned to node ${JSON.stringify(pod.spec.nodeName)}`);
  const others = (pod.status.conditions ?? []).filter(({ type }) => type !== "PodScheduled");
  const conditions = [...others, { type: "PodScheduled", status: "True", lastTransitionTime: now }];
  return objectOf({ ...pod, spec: { ...pod.spec, nodeName: node }, status: { ...pod.status, conditions } });
}
