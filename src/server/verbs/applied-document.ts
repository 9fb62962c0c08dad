import { isJsonObject, type JsonObject } from "#machinery/json.ts";
import { duplicateFields } from "#machinery/json-text.ts";
import { cannotUnmarshal } from "#machinery/patch/refused.ts";
import { badRequest } from "#machinery/status.ts";
import { parseJsonBody, parseYamlBody } from "../body.ts";
import type { Call } from "../call.ts";
import type { WriteOptions } from "../write-options.ts";

/** The body of an apply. */
export interface AppliedDocument {
  readonly kind: "apply";
  readonly document: JsonObject;
}

const openBrace = 0x7b;

/** Reads YAML, or JSON, which is YAML too. Throws a 400, also where strict validation finds a field twice. */
export async function sentDocument(call: Call, bytes: Uint8Array, options: WriteOptions): Promise<AppliedDocument> {
  const { value, text } = bytes[0] === openBrace ? parseJsonBody(bytes) : await parseYamlBody(bytes);
  if (!isJsonObject(value))
    throw badRequest(
      `error decoding YAML: error unmarshaling JSON: while decoding JSON: ${cannotUnmarshal(value, "map[string]interface {}")}`,
    );
  const strange = text === undefined || options.fieldValidation === "Ignore" ? [] : duplicateFields(text);
  if (strange.length > 0 && options.fieldValidation === "Strict")
    throw badRequest(`error strict decoding YAML: ${strange.join(", ")}`);
  for (const one of strange) call.warn(one);
  return { kind: "apply", document: value };
}
