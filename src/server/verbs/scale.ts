import { Scale, scaleProblems } from "#api/autoscaling/scale.ts";
import { read } from "#machinery/decode.ts";
import { isJsonObject, type JsonObject } from "#machinery/json.ts";
import { type AnyKind, apiVersionOf } from "#machinery/kind.ts";
import type { Stored } from "#machinery/schema.ts";
import { showLabelSelector } from "#machinery/selectors.ts";
import { badRequest, internal, invalid, withoutReason } from "#machinery/status.ts";
import { presentValue } from "../answers/present.ts";
import { type Call, placeOf } from "../call.ts";
import type { Answer } from "../exchange.ts";
import { type ApiObject, objectOf, withMetadata } from "../object.ts";
import { mustFind, retryOnConflict } from "../objects.ts";
import { type Expected, sentBody } from "../requests/sent.ts";
import { type WriteOptions, writeOptions } from "../requests/write-options.ts";
import { change, checkDocument } from "./apply.ts";
import { resultOf, sentPatch } from "./patch.ts";
import { replaceObject } from "./replace.ts";

const expected: Expected = { group: "autoscaling", version: "v1", kind: "Scale", type: Scale };

/** GET of how many replicas there are to be, and are. */
export async function getScale(call: Call): Promise<Answer> {
  const { object } = await mustFind(call.env.store, call.kind, placeOf(call));
  return presentValue(call, expected, scaleOf(call.kind, object));
}

/** PUT of a Scale. */
export async function updateScale(call: Call): Promise<Answer> {
  const options = writeOptions(call, "UpdateOptions");
  const scale = mustScale(await sentBody(call, expected, options));
  if (scale.metadata.name !== call.path.name)
    throw badRequest(
      `the name of the object (${scale.metadata.name ?? ""}) does not match the name on the URL (${call.path.name})`,
    );
  return answer(call, options, () => scale);
}

/** PATCH of a Scale, in any of the ways of patching. */
export async function patchScale(call: Call): Promise<Answer> {
  const options = writeOptions(call, "PatchOptions");
  const sent = await sentPatch(call, options);
  if (sent.kind === "apply") return applyScale(call, sent.document, options);
  return answer(call, options, (current) => {
    const result = sent.apply(Scale, scaleOf(call.kind, current));
    return mustScale(resultOf(call, read(Scale, result), { sent, options, result }));
  });
}

/** What a Scale wants is a field of the object itself; whoever applies it owns that and nothing else. */
async function applyScale(call: Call, document: JsonObject, options: WriteOptions): Promise<Answer> {
  checkDocument(expected, document);
  const outcome = read(Scale, document);
  if (outcome.kind === "mismatch") throw withoutReason(outcome.message);
  const scale = mustScale(outcome.object);
  const { env, kind } = call;
  const saved = await retryOnConflict(env.store, { kind, place: placeOf(call) }, (stored) => {
    const { metadata } = scaled(stored.object, scale);
    const { uid, resourceVersion } = metadata;
    const inParent = { apiVersion: apiVersionOf(kind), kind: kind.kind, spec: document.spec };
    return change(call, stored, { document: { ...inParent, metadata: { uid, resourceVersion } }, options });
  });
  return presentValue(call, expected, scaleOf(call.kind, saved.object));
}

async function answer(
  call: Call,
  options: WriteOptions,
  next: (current: ApiObject) => Stored<typeof Scale>,
): Promise<Answer> {
  const saved = await replaceObject(call, options, (current) => scaled(current, next(current)));
  return presentValue(call, expected, scaleOf(call.kind, saved.object));
}

function scaled(current: ApiObject, scale: Stored<typeof Scale>): ApiObject {
  const { metadata, spec } = scale;
  const problems = scaleProblems(scale);
  if (problems.length > 0)
    throw invalid({ group: "autoscaling", kind: "Scale", plural: "scales" }, current.metadata.name, problems);
  const { uid, resourceVersion } = metadata;
  const own = isJsonObject(current.spec) ? current.spec : {};
  const seen = { ...(uid !== undefined && { uid }), ...(resourceVersion !== undefined && { resourceVersion }) };
  return withMetadata(objectOf({ ...current, spec: { ...own, replicas: spec.replicas } }), seen);
}

function scaleOf({ kind, scale }: AnyKind, object: ApiObject) {
  if (scale === undefined) throw internal(`${kind} has no scale`);
  const { name, namespace, uid, resourceVersion, creationTimestamp } = object.metadata;
  const { replicas, current, selector } = scale(object);
  return {
    metadata: { name, namespace, uid, resourceVersion, creationTimestamp },
    spec: { replicas },
    status: { replicas: current, selector: showLabelSelector(selector) },
  };
}

// Just read as that type.
const isScale = (value: unknown): value is Stored<typeof Scale> => isJsonObject(value) && isJsonObject(value.metadata);
function mustScale(value: unknown): Stored<typeof Scale> {
  if (!isScale(value)) throw badRequest("the body is no Scale");
  return value;
}
