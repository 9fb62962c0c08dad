import { isJsonObject, type JsonObject } from "#machinery/json.ts";
import { cannotUnmarshal } from "#machinery/patch/refused.ts";
import { badRequest } from "#machinery/status.ts";
import type { Call } from "../call.ts";
import { parseYamlBody } from "../requests/body.ts";
import type { WriteOptions } from "../requests/write-options.ts";

/** The body of an apply. */
export interface AppliedDocument {
  readonly kind: "apply";
  readonly document: JsonObject;
}

/** Reads YAML, or JSON, which is YAML too. Throws a 400, also where strict validation finds a field twice. */
export async function sentDocument(call: Call, bytes: Uint8Array, options: WriteOptions): Promise<AppliedDocument> {
  const { value, repeated } = await parseYamlBody(bytes);
  if (!isJsonObject(value))
    throw badRequest(
      `error decoding YAML: error unmarshaling JSON: while decoding JSON: ${cannotUnmarshal(value, "map[string]interface {}")}`,
    );
  const strange = repeated === undefined ? undefined : `error converting YAML to JSON: ${repeated}`;
  if (strange !== undefined && options.fieldValidation === "Strict")
    throw badRequest(`error strict decoding YAML: ${strange}`);
  if (strange !== undefined && options.fieldValidation === "Warn") call.warn(strange);
  return { kind: "apply", document: value };
}
