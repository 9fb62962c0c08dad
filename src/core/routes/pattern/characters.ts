import { type ByteSet, byteRange, byteSet, complement, DIGITS, NO_BYTE, SPACE, WORD, withoutCase } from "./byte-set.ts";
import type { PatternTrouble } from "./tree.ts";

const CLASSES: Readonly<Record<string, ByteSet>> = {
  d: DIGITS,
  D: complement(DIGITS),
  w: WORD,
  W: complement(WORD),
  s: SPACE,
  S: complement(SPACE),
};

/** Where a parser stands in a pattern, and the first trouble that it met: from there on there is nothing more to read. */
export class CharacterReader {
  at = 0;
  trouble: PatternTrouble | undefined;
  readonly #text: string;
  readonly #fold: (set: ByteSet) => ByteSet;

  constructor(text: string, ignoresCase: boolean) {
    this.#text = text;
    this.#fold = ignoresCase ? withoutCase : (set) => set;
  }

  get done(): boolean {
    return this.at >= this.#text.length;
  }

  /** The character here; empty at the end. */
  get next(): string {
    return this.#text.charAt(this.at);
  }

  ahead(count: number): string {
    return this.#text.slice(this.at, this.at + count);
  }

  take(expected: string): boolean {
    if (!this.#text.startsWith(expected, this.at)) return false;
    this.at += expected.length;
    return true;
  }

  /** `pattern` is sticky. */
  takeMatch(pattern: RegExp): RegExpExecArray | undefined {
    pattern.lastIndex = this.at;
    const match = pattern.exec(this.#text);
    if (match !== null) this.at += match[0].length;
    return match ?? undefined;
  }

  refuse(message: string, at = this.at): undefined {
    this.trouble ??= { at, message };
    this.at = this.#text.length;
    return undefined;
  }

  /** A character that means itself. */
  literal(): ByteSet {
    const code = this.#text.charCodeAt(this.at);
    if (!(code >= 0x20 && code <= 0x7e)) {
      this.refuse("has a character that is no visible ASCII; in paths it comes escaped: `%C3%A4`");
      return NO_BYTE;
    }
    this.at++;
    return this.#fold(byteSet(code));
  }

  /** `\d`, `\.` and the like, the backslash being next. */
  escaped(place: "outside" | "inBrackets"): ByteSet {
    const letter = this.#text.charAt(this.at + 1);
    const set = CLASSES[letter];
    if (set !== undefined && !(place === "inBrackets" && /s/i.test(letter))) {
      this.at += 2;
      return set;
    }
    if (/[!-/:-@[-`{-~]/.test(letter)) {
      this.at++;
      return this.literal();
    }
    this.refuse(troubleOfEscape(letter));
    return NO_BYTE;
  }

  /** `[a-z]`, the bracket being next. */
  bracket(): ByteSet {
    const from = this.at;
    this.at++;
    const negated = this.take("^");
    if (this.next === "]") this.refuse("has `[]` or `[^]`, which is read in several ways; write `\\]`", from);
    let set = NO_BYTE;
    while (!this.done && this.next !== "]") set |= this.#member();
    if (!this.take("]")) this.refuse("has a `[` that is never closed", from);
    return negated ? complement(set) : set;
  }

  #member(): ByteSet {
    const from = this.at;
    if (this.next === "[") this.refuse("has a `[` in brackets, which is read in several ways; write `\\[`");
    const low = this.#one();
    if (!/^-[^\]]/.test(this.ahead(2))) return low.set;
    this.at++;
    const high = this.#one();
    if (low.code !== undefined && high.code !== undefined && low.code <= high.code) {
      return this.#fold(byteRange(low.code, high.code));
    }
    this.refuse("has a range in brackets whose ends are no two characters in order", from);
    return NO_BYTE;
  }

  /** `code` where it stands for one character. */
  #one(): { readonly set: ByteSet; readonly code: number | undefined } {
    const isClass = /^\\[dDwW]/.test(this.ahead(2));
    const set = this.next === "\\" ? this.escaped("inBrackets") : this.literal();
    return { set, code: isClass || this.trouble !== undefined ? undefined : this.#text.charCodeAt(this.at - 1) };
  }
}

function troubleOfEscape(letter: string): string {
  if (/[1-9]/.test(letter)) return "refers back to what a group has matched, which is not served";
  if (letter === "") return "ends in a backslash";
  return `has \`\\${letter}\`, which is not served everywhere; \\d \\w \\s \\b and escaped punctuation are`;
}
