/** JSON as the API server sends it, read into the types of the kinds. The one place of this room that trusts a shape. */
import type { ObjectMeta } from "#api/meta/object-meta.ts";
import { readObject } from "#machinery/decode.ts";
import { isJsonObject, type JsonObject } from "#machinery/json.ts";
import { apiVersionOf, type Kind } from "#machinery/kind.ts";
import type { AnyType } from "#machinery/schema.ts";
import { type Status, StatusError } from "#machinery/status.ts";

/** What every object has. */
export interface ApiObject {
  readonly metadata: ObjectMeta;
}

/** The server answered, but not with what was asked for. */
export class AnswerUnreadable extends Error {
  readonly code = "AnswerUnreadable";
  readonly where: string;
  readonly fix = "check that the address is a Kubernetes API server's, not a proxy's or another program's";
  constructor(where: string, why: string, options?: { readonly cause: unknown }) {
    super(`the answer to ${where} can't be read: ${why}`, options);
    this.where = where;
  }
}

/** Throws `AnswerUnreadable`. */
export function parseJson(text: string, where: string): unknown {
  try {
    return JSON.parse(text);
  } catch (fault) {
    throw new AnswerUnreadable(where, `not JSON: ${text.slice(0, 200)}`, { cause: fault });
  }
}

/**
 * An object of that kind, with its defaults. Fields that this version doesn't know are left out. Problems that validation
 * finds are no matter here: the server has admitted it.
 */
export function readAs<T extends AnyType, O extends ApiObject>(kind: Kind<T, O>, json: unknown): O {
  const read = readObject(kind, json);
  if (read.kind === "mismatch") throw new AnswerUnreadable(kind.plural, read.message);
  return read.object as O;
}

export interface Page<O> {
  readonly items: readonly O[];
  readonly resourceVersion: string;
  /** Where the next page begins; empty on the last one. */
  readonly next: string;
}

export function readPage<T extends AnyType, O extends ApiObject>(kind: Kind<T, O>, json: unknown): Page<O> {
  if (!isJsonObject(json) || !isJsonObject(json.metadata)) throw new AnswerUnreadable(kind.plural, "not a list");
  const items = Array.isArray(json.items) ? json.items : [];
  return {
    items: items.map((item) => readAs(kind, item)),
    resourceVersion: textAt(json.metadata, "resourceVersion"),
    next: textAt(json.metadata, "continue"),
  };
}

const textAt = (from: JsonObject, name: string): string => (typeof from[name] === "string" ? from[name] : "");

/** One line of a watch. */
export type WatchEvent<O> =
  | { readonly type: "ADDED" | "MODIFIED" | "DELETED"; readonly object: O }
  | { readonly type: "BOOKMARK"; readonly resourceVersion: string };

/** Throws `StatusError` for an event of type ERROR, 410 among them. */
export function readWatchEvent<T extends AnyType, O extends ApiObject>(kind: Kind<T, O>, line: string): WatchEvent<O> {
  const event = parseJson(line, `a watch of ${kind.plural}`);
  if (!isJsonObject(event) || !isJsonObject(event.object)) throw new AnswerUnreadable(kind.plural, "not a watch event");
  switch (event.type) {
    case "ADDED":
    case "MODIFIED":
    case "DELETED":
      return { type: event.type, object: readAs(kind, event.object) };
    case "BOOKMARK": {
      const metadata = isJsonObject(event.object.metadata) ? event.object.metadata : {};
      return { type: "BOOKMARK", resourceVersion: textAt(metadata, "resourceVersion") };
    }
    case "ERROR":
      throw new StatusError(readStatus(event.object, 500));
    default:
      throw new AnswerUnreadable(kind.plural, `a watch event of type ${JSON.stringify(event.type)}`);
  }
}

export const isStatus = (json: unknown): json is Status => isJsonObject(json) && json.kind === "Status";

/** The Status of an answer that isn't a success; made up from its code where the body is something else. */
export function readStatus(json: unknown, code: number): Status {
  if (isStatus(json) && typeof json.code === "number") return json;
  return {
    kind: "Status",
    apiVersion: "v1",
    metadata: {},
    status: "Failure",
    message: typeof json === "string" ? json : `the server answered ${code}`,
    reason: "Unknown",
    code,
  };
}

/** What a client sends: the server wants to be told the kind. */
export const writeAs = (
  kind: { readonly group: string; readonly version: string; readonly kind: string },
  body: unknown,
): string => JSON.stringify({ apiVersion: apiVersionOf(kind), kind: kind.kind, ...(isJsonObject(body) ? body : {}) });
