import { isJsonObject, type JsonObject } from "#machinery/json.ts";
import { duplicateFields } from "#machinery/json-text.ts";
import { cannotUnmarshal } from "#machinery/patch/refused.ts";
import { badRequest } from "#machinery/status.ts";
import { type Document, parseJsonBody, parseYamlBody } from "../body.ts";
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
  const { value, repeated } = await parsed(bytes);
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

/** JSON is read as such, which is cheaper; what is wrong with it is told as of YAML, which Kubernetes takes all of it for. */
async function parsed(bytes: Uint8Array): Promise<Document> {
  if (bytes[0] !== openBrace) return parseYamlBody(bytes);
  const document = parseJsonBody(bytes);
  return duplicateFields(document.text ?? "").length === 0 ? document : parseYamlBody(bytes);
}
