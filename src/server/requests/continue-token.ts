import { isJsonObject, readJson } from "#machinery/json.ts";
import { badRequest, type StatusError } from "#machinery/status.ts";

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

/** Throws a 400 for anything that `showToken` has not made for the same collection. Source: DecodeContinue in k8s.io/apiserver. */
export function parseToken(prefix: string, token: string): Position {
  const value = decoded(token);
  if (!isJsonObject(value)) throw badToken();
  const { v, rv, start, of } = value;
  if (v !== "meta.k8s.io/v1") throw badToken(`server does not recognize this encoded version ${String(v)}`);
  if (!Number.isSafeInteger(rv) || rv === 0) throw badToken(wrongRevision);
  if (typeof start !== "string" || start === "") throw badToken("encoded start key empty (version meta.k8s.io/v1)");
  if (of !== prefix) throw badToken("it was not given for this list");
  return { revision: Number(rv) < 0 ? undefined : Number(rv), after: `${prefix}${start}` };
}
const wrongRevision = "incorrect encoded start resourceVersion (version meta.k8s.io/v1)";

const decoded = (token: string): unknown => readJson(Buffer.from(token, "base64url").toString());

export const badToken = (why = ""): StatusError =>
  badRequest(`invalid continue token: continue key is not valid${why === "" ? "" : `: ${why.slice(0, 200)}`}`);
