import { isJsonObject } from "#machinery/json.ts";
import { badRequest } from "#machinery/status.ts";

/** Where a list goes on. */
export interface Position {
  /** The revision that the first page showed. */
  readonly revision: number;
  /** The last key given. */
  readonly after: string;
}

/** Opaque to clients; good only for the collection under `prefix`. */
export const showToken = (prefix: string, { revision, after }: Position): string =>
  Buffer.from(
    JSON.stringify({ v: "meta.k8s.io/v1", rv: revision, of: prefix, start: after.slice(prefix.length) }),
  ).toString("base64url");

/** Throws a 400 for anything that `showToken` has not made for the same collection. */
export function parseToken(prefix: string, token: string): Position {
  const value = decoded(token);
  if (
    !isJsonObject(value) ||
    value.v !== "meta.k8s.io/v1" ||
    typeof value.rv !== "number" ||
    typeof value.start !== "string"
  )
    throw refused();
  if (value.of !== prefix || !Number.isSafeInteger(value.rv) || value.rv < 1 || value.start === "") throw refused();
  return { revision: value.rv, after: `${prefix}${value.start}` };
}

function decoded(token: string): unknown {
  try {
    return JSON.parse(Buffer.from(token, "base64url").toString());
  } catch (fault) {
    if (fault instanceof SyntaxError) return undefined;
    throw fault;
  }
}

const refused = () => badRequest("continue key is not valid: it was not given for this list");
