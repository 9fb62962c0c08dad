import { isJsonObject } from "#machinery/json.ts";
import { badRequest } from "#machinery/status.ts";

/** Where a list goes on. */
export interface Position {
  /** The revision that the first page showed; undefined where the rest is to be as it is now, since that revision is gone. */
  readonly revision: number | undefined;
  /** The last key given. */
  readonly after: string;
}

/** As Kubernetes' own tokens say it. */
const anyRevision = -1;

/** Opaque to clients; good only for the collection under `prefix`. */
export const showToken = (prefix: string, { revision, after }: Position): string =>
  Buffer.from(
    JSON.stringify({ v: "meta.k8s.io/v1", rv: revision ?? anyRevision, of: prefix, start: after.slice(prefix.length) }),
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
  const isRevision = Number.isSafeInteger(value.rv) && (value.rv > 0 || value.rv === anyRevision);
  if (value.of !== prefix || !isRevision || value.start === "") throw refused();
  return { revision: value.rv === anyRevision ? undefined : value.rv, after: `${prefix}${value.start}` };
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
