import { type Limits, type Refusal, refused } from "./refusal.ts";

/** One line of a head or of trailers. */
export interface Field {
  /** Lower case. */
  readonly name: string;
  /** The name as it was sent. */
  readonly shown: string;
  /** Without the spaces around it; each character is one byte. */
  readonly value: string;
}

/** Names of more bytes are refused (HAProxy's CVE-2021-40346 began with one of 256). */
const longestName = 255;

// RFC 9110 section 5.6.2: tchar.
const token = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
export const isToken = (text: string): boolean => token.test(text);

// Nothing below a space but a tab and line ends, and no DEL; CR and LF only as a pair (RFC 9112 section 2.2).
const forbidden = /[^\t\r\n -~\x80-\xff]/;
const loneLineEnd = /\r(?!\n)|(?<!\r)\n/;

/** Why `text`, which begins and ends at line ends, can't be lines of fields; undefined where it can. */
export function lineProblem(text: string): Refusal | undefined {
  if (loneLineEnd.test(text)) return refused("BadLineEnd");
  return forbidden.test(text) ? refused("ControlCharacter") : undefined;
}

/** Names that have come once are not checked again; who sends ever new ones fills nothing. */
const knownNames = new Map<string, string>();
const mostKnownNames = 1024;

/** The name in lower case; undefined where it is none. */
function lowerName(shown: string): string | undefined {
  const known = knownNames.get(shown);
  if (known !== undefined) return known;
  if (shown.length > longestName || !token.test(shown)) return undefined;
  const lower = shown.toLowerCase();
  if (knownNames.size < mostKnownNames) knownNames.set(shown, lower);
  return lower;
}

/**
 * The fields of `text` from `start` to `end`, each line with its line end; `lineProblem` has found nothing in it. A line that goes on
 * in the next one is refused, as a line without a name is (RFC 9112 section 5).
 */
export function readFields(
  text: string,
  { start, end }: { readonly start: number; readonly end: number },
  limits: Limits,
): readonly Field[] | Refusal {
  const fields: Field[] = [];
  let at = start;
  while (at < end) {
    const lineEnd = text.indexOf("\r\n", at);
    const colon = text.indexOf(":", at);
    if (colon < 0 || colon > lineEnd) return refused("BadFieldName");
    if (fields.length === limits.fields) return refused("TooManyFields", 431);
    const shown = text.slice(at, colon);
    const name = lowerName(shown);
    if (name === undefined) return refused("BadFieldName");
    fields.push({ name, shown, value: trimmed(text, colon + 1, lineEnd) });
    at = lineEnd + 2;
  }
  return fields;
}

const [tab, space] = [9, 32];
const isBlank = (code: number): boolean => code === space || code === tab;

function trimmed(text: string, start: number, end: number): string {
  let [first, last] = [start, end];
  while (first < last && isBlank(text.charCodeAt(first))) first += 1;
  while (last > first && isBlank(text.charCodeAt(last - 1))) last -= 1;
  return text.slice(first, last);
}

/** The elements of a list, in lower case: `Keep-Alive, Upgrade`. */
export const listOf = (value: string): readonly string[] =>
  value
    .toLowerCase()
    .split(",")
    .map((element) => element.trim())
    .filter((element) => element !== "");
