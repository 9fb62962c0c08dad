import { readObject } from "#machinery/decode.ts";
import { invalidField } from "#machinery/field-problem.ts";
import { withReset } from "#machinery/fields/entries.ts";
import { isJsonObject } from "#machinery/json.ts";
import { duplicateFields } from "#machinery/json-text.ts";
import { applyJsonPatch } from "#machinery/patch/json-patch.ts";
import { applyMergePatch } from "#machinery/patch/merge-patch.ts";
import { cannotUnmarshal, PatchRefused } from "#machinery/patch/refused.ts";
import { applyStrategicMerge } from "#machinery/patch/strategic-merge.ts";
import type { AnyType } from "#machinery/schema.ts";
import { badRequest, invalid, StatusError, tooLarge, unsupportedMediaType } from "#machinery/status.ts";
import { type Document, parseJsonBody, readBody } from "../body.ts";
import type { Call } from "../call.ts";
import { fromHub, toHub } from "../conversion.ts";
import type { Answer } from "../exchange.ts";
import { type ApiObject, named } from "../object.ts";
import { presentObject } from "../present.ts";
import { replaceObject } from "../replace.ts";
import { checkKind } from "../sent.ts";
import { applyMediaType, type WriteOptions, writeOptions } from "../write-options.ts";
import { type AppliedDocument, sentDocument } from "./applied-document.ts";
import { apply } from "./apply.ts";

/** How a patch of one media type is applied to a document of a declared type. */
type Apply = (type: AnyType, document: unknown, patch: unknown) => unknown;
const patches = new Map<string, Apply>([
  ["application/json-patch+json", (_type, document, patch) => applyJsonPatch(document, patch)],
  ["application/merge-patch+json", (_type, document, patch) => applyMergePatch(document, mustMerge(patch))],
  ["application/strategic-merge-patch+json", applyStrategicMerge],
]);

/** An object stays one: in a body, what RFC 7396 says of other values can't be meant. */
function mustMerge(patch: unknown): unknown {
  if (isJsonObject(patch)) return patch;
  throw badRequest(`error decoding patch: ${cannotUnmarshal(patch, "map[string]interface {}")}`);
}

/** A patch, ready to be applied to whatever stands there. */
export interface Patch {
  readonly kind: "patch";
  readonly apply: (type: AnyType, document: unknown) => unknown;
  readonly document: Document;
}

/** PATCH of an object, or of its `status`. */
export async function patch(call: Call): Promise<Answer> {
  const options = writeOptions(call, "PatchOptions");
  const sent = await sentPatch(call, options);
  if (sent.kind === "apply") return apply(call, sent.document, options);
  const saved = await replaceObject(call, options, (current) => patched(call, current, { sent, options }));
  return presentObject(call, 200, saved.bytes);
}

/** Reads the patch of a request. Throws a 400 where it isn't JSON, a 415 where it is of a kind that isn't known. */
export async function sentPatch(call: Call, options: WriteOptions): Promise<Patch | AppliedDocument> {
  const { mediaType, bytes } = await readBody(call.request);
  if (mediaType === applyMediaType) return sentDocument(call, bytes, options);
  const apply = patches.get(mediaType);
  if (apply === undefined) throw unsupportedMediaType([...patches.keys(), applyMediaType]);
  const document = parseJsonBody(bytes);
  return { kind: "patch", apply: (type, value) => refusing(() => apply(type, value, document.value)), document };
}

interface Patching {
  readonly sent: Patch;
  readonly options: WriteOptions;
}

function patched(call: Call, current: ApiObject, { sent, options }: Patching): ApiObject {
  const { spoken } = call;
  const next = sent.apply(spoken.type, fromHub(spoken, current));
  if (isJsonObject(next)) checkKind(next, spoken);
  const outcome = readObject(spoken, withReset(next));
  if (outcome.kind === "mismatch") throw patchInvalid(sent, outcome.message);
  const { text } = sent.document;
  const strange = [...outcome.unknown, ...(text === undefined ? [] : duplicateFields(text))];
  if (strange.length > 0 && options.fieldValidation === "Strict")
    throw patchInvalid(sent, `strict decoding error: ${strange.join(", ")}`);
  if (options.fieldValidation === "Warn") for (const one of strange) call.warn(one);
  return toHub(spoken, named(spoken, outcome.object));
}

/** 422: what the patch leads to is no object of the kind. */
export const patchInvalid = ({ document }: Patch, detail: string): StatusError =>
  invalid({ group: "", kind: "", plural: "" }, "", [invalidField("patch", document.value, detail)]);

function refusing<T>(apply: () => T): T {
  try {
    return apply();
  } catch (fault) {
    if (!(fault instanceof PatchRefused)) throw fault;
    switch (fault.because) {
      case "invalid":
        throw badRequest(fault.message);
      case "tooLarge":
        throw tooLarge(fault.message);
      case "failed":
        throw unprocessable();
    }
  }
}

/** What Kubernetes answers to a JSON patch that can't be applied to what stands there; it doesn't say why. */
const unprocessable = (): StatusError =>
  new StatusError({
    kind: "Status",
    apiVersion: "v1",
    metadata: {},
    status: "Failure",
    message: "the server rejected our request due to an error in our request",
    reason: "Invalid",
    details: {},
    code: 422,
  });
