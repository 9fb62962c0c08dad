import { normalTarget } from "../request-target.ts";
import type { Rewrite } from "../route-filters.ts";
import type { PathMatch } from "../route-table.ts";
import { withPrefix } from "./redirects.ts";

/** `captures`: of the route's pattern, 0 is all that it has matched. */
export interface Rewritable {
  readonly path: string;
  readonly query: string;
  readonly captures: readonly (string | undefined)[];
}

/** What the backend is asked for. `refused`: nobody could ask for it, so it isn't asked for either (400). */
export type Rewritten =
  | { readonly kind: "rewritten"; readonly path: string; readonly query: string }
  | { readonly kind: "refused"; readonly path: string };

/** A query in the value comes before the request's own, as in ingress-nginx. */
export function rewritten(rewrite: Rewrite["path"], match: PathMatch, request: Rewritable): Rewritten {
  if (rewrite === undefined) return { kind: "rewritten", path: request.path, query: request.query };
  const [value, ...more] = rewrite.value.split("?");
  const written = { ...rewrite, value: value ?? "" };
  const path = pathOf(written, match, request);
  const query = [filled(more.join("?"), request.captures), request.query].filter((part) => part !== "").join("&");
  return isNormal(path) ? { kind: "rewritten", path, query } : { kind: "refused", path };
}

function pathOf({ kind, value }: NonNullable<Rewrite["path"]>, match: PathMatch, request: Rewritable): string {
  switch (kind) {
    case "whole":
      return value;
    case "prefix":
      return withPrefix(value, match, request.path);
    case "pattern":
      return filled(value, request.captures);
  }
}

/** `$1` to `$9` with what was captured; a group that took no part is empty. */
const filled = (value: string, captures: Rewritable["captures"]): string =>
  value.replace(/\$([1-9])/g, (_, number: string) => captures[Number(number)] ?? "");

/** Whether a client could ask for it as it is: what its captures were cut out of had its normal form, and the result must have it too. */
function isNormal(path: string): boolean {
  const target = normalTarget(path);
  return target.kind === "target" && target.query === undefined && target.path === path;
}
