import { type Read, read, readObject } from "#machinery/decode.ts";
import { protobufMediaType } from "#machinery/envelope.ts";
import { withReset } from "#machinery/fields/entries.ts";
import { isJsonObject } from "#machinery/json.ts";
import { duplicateFields } from "#machinery/json-text.ts";
import { type AnyKind, apiVersionOf } from "#machinery/kind.ts";
import type { AnyType } from "#machinery/schema.ts";
import { badRequest, unsupportedMediaType } from "#machinery/status.ts";
import type { Call } from "../call.ts";
import { toHub } from "../conversion.ts";
import { type ApiObject, named } from "../object.ts";
import { type Document, mustRecord, parseJsonBody, parseProtobufBody, parseYamlBody, readBody } from "./body.ts";
import type { WriteOptions } from "./write-options.ts";

/** What a body is read as. */
export interface Expected {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  readonly type: AnyType;
  /** Further API versions in which it has the same form. */
  readonly alsoNamed?: readonly string[];
}

const accepted = ["application/json", "application/yaml", protobufMediaType];

/**
 * The object that a request sends, as one of the hub: read by the version spoken, with its static defaults, without fields that it
 * doesn't have.
 * Throws a 400 where it can't be read, or where strict validation finds such fields.
 */
export async function sentObject(call: Call, options: WriteOptions): Promise<ApiObject> {
  const { spoken } = call;
  const document = await sentDocument(call, spoken);
  const reading = { expected: spoken, options, outcome: readObject(spoken, withReset(document.value)) };
  return toHub(spoken, named(spoken, checked(call, document, reading)));
}

/** What of a request its body is read by. */
type Sending = Pick<Call, "request" | "warn">;

/** The same for what a subresource speaks: a Scale, a Binding, … */
export async function sentBody(call: Sending, expected: Expected, options: WriteOptions): Promise<unknown> {
  const document = await sentDocument(call, expected);
  const value = withoutEnvelope(document.value);
  return checked(call, document, { expected, options, outcome: read(expected.type, value) });
}

/** A body in JSON, YAML or protobuf, as JSON. Throws a 400 or 415. */
async function sentDocument({ request }: Sending, expected: Expected): Promise<Document> {
  const { mediaType, bytes } = await readBody(request);
  switch (mediaType) {
    case "":
    case "application/json":
      return checkedKind(parseJsonBody(bytes), expected);
    case "application/yaml":
      return checkedKind(await parseYamlBody(bytes), expected);
    case protobufMediaType:
      return protobufDocument(bytes, expected);
    default:
      throw unsupportedMediaType(accepted);
  }
}

function protobufDocument(bytes: Uint8Array, expected: Expected): Document {
  const document = parseProtobufBody(bytes, expected.type);
  checkKind(document, expected);
  return document;
}

function checkedKind(document: Document, expected: Expected): Document {
  const { apiVersion, kind } = mustRecord(document.value);
  checkKind({ apiVersion, kind }, expected);
  return document;
}

/** What is not said is taken to be right. Throws a 400. */
export function checkKind(
  { apiVersion, kind }: { readonly apiVersion?: unknown; readonly kind?: unknown },
  expected: Expected,
): void {
  const version = apiVersionOf(expected);
  if (isSaid(apiVersion) && apiVersion !== version && !expected.alsoNamed?.some((one) => one === apiVersion))
    throw badRequest(
      `the API version in the data (${apiVersion}) does not match the expected API version (${version})`,
    );
  if (isSaid(kind) && kind !== expected.kind)
    throw badRequest(
      `${kind} in version ${JSON.stringify(version)} cannot be handled as a ${expected.kind}: it is another kind`,
    );
}
const isSaid = (value: unknown): boolean => value !== undefined && value !== null && value !== "";

interface Reading {
  readonly expected: Pick<AnyKind, "group" | "version" | "kind">;
  readonly options: WriteOptions;
  readonly outcome: Read;
}

function checked(call: Sending, { text, repeated }: Document, { expected, options, outcome }: Reading): unknown {
  const cannot = `${expected.kind} in version ${JSON.stringify(apiVersionOf(expected))} cannot be handled as a ${expected.kind}`;
  if (outcome.kind === "mismatch") throw badRequest(`${cannot}: ${outcome.message}`);
  if (options.fieldValidation === "Ignore") return outcome.object;
  const strange = [
    ...outcome.unknown,
    ...(text === undefined ? [] : duplicateFields(text)),
    ...(repeated === undefined ? [] : [repeated]),
  ];
  if (strange.length > 0 && options.fieldValidation === "Strict")
    throw badRequest(`${cannot}: strict decoding error: ${strange.join(", ")}`);
  for (const one of strange) call.warn(one);
  return outcome.object;
}

function withoutEnvelope(value: unknown): unknown {
  if (!isJsonObject(value)) return value;
  const { apiVersion: _, kind: __, ...rest } = value;
  return rest;
}
