import { type Read, readObject } from "#machinery/decode.ts";
import { invalidField } from "#machinery/field-problem.ts";
import { withReset } from "#machinery/fields/entries.ts";
import { showGo } from "#machinery/go-text.ts";
import { isJsonObject } from "#machinery/json.ts";
import { duplicateFields } from "#machinery/json-text.ts";
import { applyJsonPatch } from "#machinery/patch/json-patch.ts";
import { applyMergePatch } from "#machinery/patch/merge-patch.ts";
import { cannotUnmarshal, PatchRefused } from "#machinery/patch/refused.ts";
import { applyStrategicMerge } from "#machinery/patch/strategic-merge.ts";
import type { AnyType } from "#machinery/schema.ts";
import { badRequest, invalid, StatusError, tooLarge, unsupportedMediaType, withoutReason } from "#machinery/status.ts";
import { presentObject } from "../answers/present.ts";
import type { Call } from "../call.ts";
import { fromHub, toHub } from "../conversion.ts";
import type { Answer } from "../exchange.ts";
import { type ApiObject, named } from "../object.ts";
import { parseJsonBody, readBody } from "../requests/body.ts";
import { checkKind } from "../requests/sent.ts";
import { applyMediaType, type WriteOptions, writeOptions } from "../requests/write-options.ts";
import { type AppliedDocument, sentDocument } from "./applied-document.ts";
import { apply } from "./apply.ts";
import { replaceObject } from "./replace.ts";

/** What patches of one media type are. */
interface Way {
  readonly apply: (type: AnyType, document: unknown, patch: unknown) => unknown;
  /** What a refusal shows of a patch that leads to no object of the kind. */
  readonly shows: (patch: unknown, result: unknown) => string;
  /** Comes before what is strange in the patch itself. */
  readonly strangeIn: string;
}
const showsResult = (_patch: unknown, result: unknown): string => JSON.stringify(result);
const ways = new Map<string, Way>([
  [
    "application/json-patch+json",
    {
      apply: (_type, document, patch) => applyJsonPatch(document, patch),
      shows: showsResult,
      strangeIn: "json patch ",
    },
  ],
  [
    "application/merge-patch+json",
    {
      apply: (_type, document, patch) => applyMergePatch(document, mustMerge(patch)),
      shows: showsResult,
      strangeIn: "",
    },
  ],
  ["application/strategic-merge-patch+json", { apply: applyStrategicMerge, shows: showGo, strangeIn: "" }],
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
  readonly shows: (result: unknown) => string;
  /** `duplicate field "spec.type"`: what strict validation finds in the patch itself. */
  readonly strange: readonly string[];
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
  const way = ways.get(mediaType);
  if (way === undefined) throw unsupportedMediaType([...ways.keys(), applyMediaType]);
  const { value: patch, text = "" } = parseJsonBody(bytes);
  return {
    kind: "patch",
    apply: (type, value) => refusing(() => way.apply(type, value, patch)),
    shows: (result) => way.shows(patch, result),
    strange: duplicateFields(text).map((one) => `${way.strangeIn}${one}`),
  };
}

interface Patching {
  readonly sent: Patch;
  readonly options: WriteOptions;
}

function patched(call: Call, current: ApiObject, { sent, options }: Patching): ApiObject {
  const { spoken } = call;
  const result = sent.apply(spoken.type, fromHub(spoken, current));
  if (isJsonObject(result)) checkKind(result, spoken);
  const outcome = readObject(spoken, withReset(result));
  return toHub(spoken, named(spoken, resultOf(call, outcome, { sent, options, result })));
}

interface Patched extends Patching {
  readonly result: unknown;
}

/** What a patch has led to. Throws a 422 where that is no object of the kind, or strict validation finds fields that it doesn't have. */
export function resultOf(call: Call, outcome: Read, { sent, options, result }: Patched): unknown {
  if (outcome.kind === "mismatch") throw patchInvalid(sent.shows(result), outcome.message);
  const strange = [...sent.strange, ...outcome.unknown];
  if (strange.length > 0 && options.fieldValidation === "Strict")
    throw patchInvalid(sent.shows(result), `strict decoding error: ${strange.join(", ")}`);
  if (options.fieldValidation === "Warn") for (const one of strange) call.warn(one);
  return outcome.object;
}

const patchInvalid = (shown: string, detail: string): StatusError =>
  invalid({ group: "", kind: "", plural: "" }, "", [invalidField("patch", shown, detail)]);

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
      case "unforeseen":
        throw withoutReason(fault.message);
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
