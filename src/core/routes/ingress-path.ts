import type { Reason } from "../reasons.ts";
import { showPatternTrouble, troubleOfPattern } from "./pattern.ts";
import { normalTarget } from "./request-target.ts";
import type { PathMatch } from "./route-table.ts";

/** What a path of an Ingress matches, or why nothing does: `problem` follows the name of the field. */
type PathReading =
  | { readonly kind: "read"; readonly match: PathMatch }
  | {
      readonly kind: "refused";
      readonly because: Extract<Reason, "PathInvalid" | "PatternInvalid">;
      readonly problem: string;
    };

const refused = (problem: string): PathReading => ({ kind: "refused", because: "PathInvalid", problem });

/** More than any URL that is in use; longer ones would be many for the same work. */
const maxPathLength = 2048;

/**
 * Reads `path` and `pathType`. The value has the normal form that requests have (`request-target.ts`): `/a b` and `/a%20b` are one.
 * ImplementationSpecific is a prefix, or a pattern where the Ingress asks for those.
 */
export function readPath(path: string | undefined, pathType: string, usesPatterns: boolean): PathReading {
  const text = path === undefined || path === "" ? "/" : path;
  if (/\p{Cc}/u.test(text)) return refused("has a control character");
  if (!text.startsWith("/")) return refused("must begin with /");
  if (text.length > maxPathLength) return refused(`is longer than ${maxPathLength} characters`);
  if (usesPatterns && pathType === "ImplementationSpecific") return readPattern(text);
  const target = normalTarget(text.toWellFormed().replace(/[^\x21-\x7e]+/g, encodeURIComponent));
  if (target.kind === "refused" || text.includes("?"))
    return refused("is no path that a request can have: no ?, # or \\, also not escaped, and no .. above the root");
  if (pathType === "Exact") return { kind: "read", match: { kind: "exact", value: target.path } };
  return { kind: "read", match: { kind: "prefix", value: target.path.replace(/\/$/, "") } };
}

function readPattern(text: string): PathReading {
  const trouble = troubleOfPattern(text, "path");
  if (trouble !== undefined) {
    return { kind: "refused", because: "PatternInvalid", problem: showPatternTrouble(text, trouble) };
  }
  return { kind: "read", match: { kind: "pattern", value: text } };
}
