/** haproxy.cfg as values: what stands in it is made of words, and nothing but `printConfig` makes text of them. */
export interface Section {
  readonly kind: "global" | "defaults" | "frontend" | "backend";
  readonly name?: string;
  readonly directives: readonly Directive[];
}

/** A keyword and its arguments, one word each whatever is in them. */
export type Directive = readonly string[];

export function printConfig(sections: readonly Section[]): string {
  return sections.map(printSection).join("\n");
}

function printSection({ kind, name, directives }: Section): string {
  const head = name === undefined ? kind : `${kind} ${printWord(name)}`;
  return `${head}\n${directives.map((words) => `  ${words.map(printWord).join(" ")}\n`).join("")}`;
}

const PLAIN = /^[\w.,:;/@%()[\]{}!<>=+*|?^&~-]+$/;

/**
 * One word for HAProxy's line reader: what isn't plain stands in strong quotes, where nothing but their end has a meaning (configuration
 * manual, section 2.2). Throws RangeError for control bytes and the empty word: no line can hold them, and who writes rules leaves them out.
 */
export function printWord(word: string): string {
  if (PLAIN.test(word)) return word;
  if (word === "" || isUnprintable(word))
    throw new RangeError(`not a word of a configuration: ${JSON.stringify(word)}`);
  return `'${word.replaceAll("'", "'\\''")}'`;
}

/** Whether a text has bytes that no line, map or header can hold. */
export const isUnprintable = (text: string): boolean => /[\p{Cc}\u2028\u2029]/u.test(text);

/** A text where HAProxy takes a format: `%` begins nothing in it, and runs of spaces stay, which a format would make one. */
export const formatOf = (text: string): string =>
  text === ""
    ? `%[str(${argumentOf("")})]`
    : text.replaceAll("%", "%%").replace(/ {2,}/g, (spaces) => `%[str(${argumentOf(spaces)})]`);

/** A text as one argument of a fetch or converter: `str("a,b)")`. */
export const argumentOf = (text: string): string => `"${text.replace(/["\\]/g, "\\$&")}"`;

/** The end of a condition that a value be this one. A `}` by itself would end the condition, and nothing is no word. */
export function exactly(text: string): Directive {
  if (text === "") return ["-m", "len", "0"];
  return text === "}" ? ["-m", "reg", "^}$"] : ["-m", "str", "--", text];
}
