import { showValue } from "../../shown-value.ts";
import { type Grammar, value, wrong } from "../annotation.ts";

const yes = new Set(["1", "t", "T", "TRUE", "true", "True"]);
const no = new Set(["0", "f", "F", "FALSE", "false", "False"]);

/** Source: ParseBool of Go's strconv, which ingress-nginx reads it with. */
export const boolean: Grammar<boolean> = {
  shape: '"true" or "false"',
  read: (text) =>
    yes.has(text)
      ? value(true)
      : no.has(text)
        ? value(false)
        : wrong('is neither true nor false; write "true" or "false"'),
};

/** One of the words, in whichever case. */
export const oneOf = <const W extends string>(...words: readonly W[]): Grammar<W> => {
  const shape = words.map((word) => `"${word}"`).join(" or ");
  return {
    shape,
    read: (text) => {
      const found = words.find((word) => word.toLowerCase() === text.toLowerCase());
      return found === undefined ? wrong(`is none of the words that may stand here; write ${shape}`) : value(found);
    },
  };
};

/** What may stand between commas; `what` names one of them, in the singular. */
export const list = <T>(what: string, one: Grammar<T>): Grammar<readonly T[]> => ({
  shape: `${one.shape}; several are separated by commas`,
  read: (text) => {
    const read: T[] = [];
    for (const entry of entriesOf(text)) {
      const reading = one.read(entry);
      if (reading.kind === "wrong") return wrong(`can't be followed: ${showValue(entry)} ${reading.detail}`);
      read.push(reading.value);
    }
    return read.length === 0 ? wrong(`names no ${what}`) : value(read);
  },
});

/** What stands between commas, without the spaces around it. */
export const entriesOf = (text: string): readonly string[] =>
  text
    .split(",")
    .map((entry) => entry.trim())
    .filter((entry) => entry !== "");

/** Text of printable ASCII: fit to be a header's value. */
export const printable: Grammar<string> = {
  shape: "text of printable ASCII characters",
  read: (text) => (isPrintable(text) ? value(text) : wrong("has characters that are not printable ASCII")),
};

/** RFC 9110 section 5.5, without the tab and without obs-text. */
export const isPrintable = (text: string): boolean => /^[\x20-\x7e]*$/.test(text);
