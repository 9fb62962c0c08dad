import { troubleOfEffort } from "./pattern/effort.ts";
import { parsePattern } from "./pattern/parse.ts";
import type { PatternTrouble } from "./pattern/tree.ts";

/** `path`: tried from the start of a path, without regard to case. `value`: must fit a whole value of a header, a query or a cookie. */
export type PatternUse = "path" | "value";

const MAX_PATTERN_LENGTH = 1024;

/**
 * What is wrong with a regular expression that a user wrote; undefined where nothing is. What passes means the same to JavaScript and PCRE2
 * (HAProxy), and is matched within 10 ms whatever a client sends.
 */
export function troubleOfPattern(source: string, use: PatternUse): PatternTrouble | undefined {
  if (source.length > MAX_PATTERN_LENGTH) {
    return { at: MAX_PATTERN_LENGTH, message: `is longer than ${MAX_PATTERN_LENGTH} characters` };
  }
  const parsed = parsePattern(source, use === "path");
  return "trouble" in parsed ? parsed.trouble : troubleOfEffort(parsed, use === "value");
}

/** Of a source that `troubleOfPattern` has let pass; throws SyntaxError for others. */
export function compilePattern(source: string, use: PatternUse): RegExp {
  // JavaScript counts a no-break space among \s, PCRE2 does not.
  const portable = source.replace(/\\./g, (escaped) => SPACES[escaped] ?? escaped);
  return use === "path" ? new RegExp(`^(?:${portable})`, "i") : new RegExp(`^(?:${portable})$`);
}

const SPACES: Readonly<Record<string, string>> = { "\\s": "[\\t-\\r ]", "\\S": "[^\\t-\\r ]" };

/** What is wrong and where, for an event; it follows the name of the field: `has a `(` that is never closed (at character 5, "(x")`. */
export function showPatternTrouble(source: string, { at, message }: PatternTrouble): string {
  const piece = JSON.stringify(source.slice(at, at + 20));
  return `${message} (at character ${at + 1}${at < source.length ? `, ${piece}` : ""})`;
}
