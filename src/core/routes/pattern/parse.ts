import { NO_LINE_END } from "./byte-set.ts";
import { CharacterReader } from "./characters.ts";
import type { PatternNode, PatternTrouble } from "./tree.ts";

/** Deeper groups than anybody writes, and shallow enough for every parser behind us. */
const MAX_DEPTH = 20;
const MAX_REPEATS = 1000;

/**
 * Parses what JavaScript and PCRE2 both read, and read alike:
 *
 *     choice   = sequence *("|" sequence)
 *     sequence = *(atom [("*" / "+" / "?" / "{" n ["," [m]] "}") ["?"]] / "^" / "$" / "\b" / "\B")
 *     atom     = "(" ["?:"] choice ")" / "." / "[" ["^"] 1*(byte ["-" byte] / \d \D \w \W) "]" / \d \D \w \W \s \S / "\" punctuation / byte
 */
export function parsePattern(text: string, withoutCase: boolean): PatternNode | { readonly trouble: PatternTrouble } {
  const reader = new CharacterReader(text, withoutCase);
  const node = choice(reader, 0);
  if (reader.trouble === undefined && !reader.done) reader.refuse("has a `)` that closes nothing; write `\\)`");
  return reader.trouble === undefined ? node : { trouble: reader.trouble };
}

function choice(reader: CharacterReader, depth: number): PatternNode {
  const branches = [sequence(reader, depth)];
  while (reader.take("|")) branches.push(sequence(reader, depth));
  const [first] = branches;
  return branches.length === 1 && first !== undefined ? first : { kind: "choice", branches };
}

function sequence(reader: CharacterReader, depth: number): PatternNode {
  const items: PatternNode[] = [];
  while (!reader.done && reader.next !== "|" && reader.next !== ")") {
    const at = reader.at;
    items.push(repeated(reader, { inner: atom(reader, depth), at }));
  }
  return { kind: "sequence", items };
}

function atom(reader: CharacterReader, depth: number): PatternNode {
  if (reader.take("^")) return { kind: "assertion", what: "start" };
  if (reader.take("$")) return { kind: "assertion", what: "end" };
  if (reader.take("\\b") || reader.take("\\B")) return { kind: "assertion", what: "border" };
  if (reader.next === "(") return group(reader, depth);
  if (reader.take(".")) return { kind: "byte", set: NO_LINE_END };
  if (reader.next === "[") return { kind: "byte", set: reader.bracket() };
  if (reader.next === "\\") return { kind: "byte", set: reader.escaped("outside") };
  if ("*+?".includes(reader.next)) reader.refuse(`repeats nothing with \`${reader.next}\`; write \`\\${reader.next}\``);
  if ("{}]".includes(reader.next))
    reader.refuse(`has a \`${reader.next}\` that means itself; write \`\\${reader.next}\``);
  return { kind: "byte", set: reader.literal() };
}

function group(reader: CharacterReader, depth: number): PatternNode {
  const at = reader.at;
  if (depth === MAX_DEPTH) reader.refuse(`has groups within groups, more than ${MAX_DEPTH} deep`);
  reader.take("(");
  const captures = !reader.take("?:");
  if (captures && reader.next === "?") reader.refuse(specialGroup(reader.ahead(3)));
  const inner = choice(reader, depth + 1);
  if (!reader.take(")")) reader.refuse("has a `(` that is never closed", at);
  return { kind: "group", captures, inner, at };
}

function specialGroup(opening: string): string {
  if (/^\?(?:[=!]|<[=!])/.test(opening))
    return "looks ahead or behind (`(?=`, `(?!`, `(?<=`, `(?<!`), which is not served";
  if (opening.startsWith("?i")) return "switches case by `(?i)`: paths are compared without regard to case anyway";
  if (/^\?P?</.test(opening)) return "names a group; number it: `(…)` and `$1`";
  return "has a special group; only `(…)` and `(?:…)` are served";
}

function repeated(
  reader: CharacterReader,
  { inner, at }: { readonly inner: PatternNode; readonly at: number },
): PatternNode {
  const times = howOften(reader);
  if (times === undefined) return inner;
  if (inner.kind === "assertion") reader.refuse("repeats `^`, `$`, `\\b` or `\\B`", at);
  const lazy = reader.take("?");
  if (reader.next !== "" && "*+?{".includes(reader.next))
    reader.refuse("repeats a repeat; put a group around the inner one");
  return { kind: "repeat", inner, ...times, lazy, at };
}

interface Times {
  readonly least: number;
  readonly most: number;
}

function howOften(reader: CharacterReader): Times | undefined {
  if (reader.take("*")) return { least: 0, most: Number.POSITIVE_INFINITY };
  if (reader.take("+")) return { least: 1, most: Number.POSITIVE_INFINITY };
  if (reader.take("?")) return { least: 0, most: 1 };
  if (reader.next !== "{") return undefined;
  const at = reader.at;
  const [all, low, comma, high] = reader.takeMatch(/\{(\d{1,4})(,?)(\d{0,4})\}/y) ?? [];
  if (all === undefined) return reader.refuse("has a `{` that is no `{n}`, `{n,}` or `{n,m}`; write `\\{`");
  const least = Number(low);
  const most = comma === "" ? least : high === "" ? Number.POSITIVE_INFINITY : Number(high);
  if (comma === "" && high !== "") reader.refuse("has a `{` that is no `{n}`, `{n,}` or `{n,m}`; write `\\{`", at);
  if (most < least) reader.refuse("has a repeat whose bounds are in the wrong order", at);
  if (least > MAX_REPEATS || (most > MAX_REPEATS && Number.isFinite(most))) {
    reader.refuse(`repeats more than ${MAX_REPEATS} times`, at);
  }
  return { least, most };
}
