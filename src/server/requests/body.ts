import { gunzip } from "node:zlib";
import { type Envelope, openEnvelope } from "#machinery/envelope.ts";
import { isJsonObject, readJson } from "#machinery/json.ts";
import { duplicateFields } from "#machinery/json-text.ts";
import { Garbled } from "#machinery/protobuf/reader.ts";
import { decodeProtobuf } from "#machinery/protobuf.ts";
import type { AnyType } from "#machinery/schema.ts";
import { badRequest, type StatusError, tooLarge, unsupportedMediaType } from "#machinery/status.ts";
import type { ServerRequest } from "../exchange.ts";
import { limits } from "../limits.ts";
import { readYamlApart } from "./yaml.ts";

/** A body in the form that its `Content-Type` names. */
export interface Body {
  readonly mediaType: string;
  readonly bytes: Uint8Array;
}

/** Reads the whole body. Throws a 413 where it is too large, a 415 where it is packed in a way unknown here. */
export async function readBody(request: ServerRequest): Promise<Body> {
  const sent = await request.body(limits.bodyBytes);
  const mediaType = (request.headers["content-type"] ?? "").split(";")[0]?.trim().toLowerCase() ?? "";
  const encoding = (request.headers["content-encoding"] ?? "identity").trim().toLowerCase();
  if (encoding === "identity") return { mediaType, bytes: sent };
  if (encoding !== "gzip") throw unsupportedMediaType(["identity", "gzip"]);
  return { mediaType, bytes: await unpack(sent) };
}

const unpack = (packed: Uint8Array): Promise<Uint8Array> =>
  new Promise((resolve, reject) => {
    gunzip(packed, { maxOutputLength: limits.bodyBytes }, (fault, bytes) => {
      if (fault === null) resolve(bytes);
      else
        reject(
          "code" in fault && fault.code === "ERR_BUFFER_TOO_LARGE" ? bodyTooLarge() : badRequest("the body is no gzip"),
        );
    });
  });

export const bodyTooLarge = (): StatusError => tooLarge(`Request entity too large: limit is ${limits.bodyBytes}`);

/** A document as the client wrote it. */
export interface Document {
  readonly value: unknown;
  /** JSON text, where that is what was sent: it shows fields that stand twice. */
  readonly text: string | undefined;
  /** What strict validation finds in YAML: `yaml: unmarshal errors:` and a line for each key that stands twice. */
  readonly repeated?: string;
}

const utf8 = new TextDecoder("utf-8", { fatal: true });

/** Throws a 400. */
export function parseJsonBody(bytes: Uint8Array): Document {
  const text = textOf(bytes);
  if (nestsDeeperThan(text, limits.bodyLevels))
    throw badRequest(`the body is nested more than ${limits.bodyLevels} levels deep`);
  try {
    return { value: JSON.parse(text), text };
  } catch (fault) {
    if (!(fault instanceof SyntaxError)) throw fault;
    throw badRequest(`couldn't get version/kind; json parse error: ${fault.message.slice(0, 200)}`);
  }
}

/** One YAML document; JSON, which most clients send in its place, is read as such. Throws a 400. */
export async function parseYamlBody(bytes: Uint8Array): Promise<Document> {
  const text = textOf(bytes);
  const json = jsonIn(text);
  // What stands twice is told as of YAML, which Kubernetes takes all of it for.
  if (json !== undefined && duplicateFields(text).length === 0) return { value: json, text: undefined };
  const answer = await readYamlApart(text);
  if (answer.kind === "refused") throw yamlRefused(answer.why);
  const repeated = `yaml: unmarshal errors:\n${answer.doubled.map((one) => `  ${one}`).join("\n")}`;
  return { value: JSON.parse(answer.json), text: undefined, ...(answer.doubled.length > 0 && { repeated }) };
}

/** The object that a text is in JSON; undefined where it is none, or nests too deep. */
const jsonIn = (text: string): unknown =>
  text.startsWith("{") && !nestsDeeperThan(text, limits.bodyLevels) ? readJson(text) : undefined;

const yamlRefused = (why: string): StatusError => badRequest(`error converting YAML to JSON: yaml: ${why}`);

/** The message that a protobuf body holds, as JSON of its type, and what it says that it is. Throws a 400. */
export function parseProtobufBody(bytes: Uint8Array, type: AnyType): Document & Pick<Envelope, "apiVersion" | "kind"> {
  try {
    const { apiVersion, kind, raw } = openEnvelope(bytes);
    return { value: decodeProtobuf(type, raw), text: undefined, apiVersion, kind };
  } catch (fault) {
    if (!(fault instanceof Garbled)) throw fault;
    throw badRequest(fault.message);
  }
}

function textOf(bytes: Uint8Array): string {
  try {
    return utf8.decode(bytes);
  } catch (fault) {
    if (!(fault instanceof TypeError)) throw fault;
    throw badRequest("the body is not UTF-8");
  }
}

/** Whether more brackets and braces than `levels` are open at once, outside of strings. */
function nestsDeeperThan(text: string, levels: number): boolean {
  let open = 0;
  let isInString = false;
  for (let i = 0; i < text.length && open <= levels; i++) {
    const character = text.charCodeAt(i);
    if (character === quote) isInString = !isInString;
    else if (isInString) i += character === backslash ? 1 : 0;
    else if (character === openBracket || character === openBrace) open++;
    else if (character === closeBracket || character === closeBrace) open--;
  }
  return open > levels;
}
const [quote, backslash] = [0x22, 0x5c];
const [openBracket, closeBracket, openBrace, closeBrace] = [0x5b, 0x5d, 0x7b, 0x7d];

/** Throws a 400 for a list, a number, a text. */
export function mustRecord(value: unknown): Readonly<Record<string, unknown>> {
  if (isJsonObject(value)) return value;
  const what = Array.isArray(value) ? "array" : value === null ? "null" : typeof value;
  throw badRequest(`couldn't get version/kind; json parse error: json: cannot unmarshal ${what} into an object`);
}
