/** What HAProxy reads of a configuration, for tests of what is printed. Source: configuration manual 2.6, sections 2.2, 2.4 and 8.2.4. */
export interface ReadSection {
  readonly head: readonly string[];
  readonly directives: readonly (readonly string[])[];
}

export function configRead(text: string): readonly ReadSection[] {
  const sections: { head: readonly string[]; directives: (readonly string[])[] }[] = [];
  for (const line of text.split("\n")) {
    const words = wordsRead(line);
    if (words.length === 0) continue;
    if (/^\s/.test(line)) sections.at(-1)?.directives.push(words);
    else sections.push({ head: words, directives: [] });
  }
  return sections;
}

/** Words end at blanks; `#` outside of quotes begins a comment; `'` quotes all, `"` all but backslashes and variables. */
function wordsRead(line: string): readonly string[] {
  const words: string[] = [];
  let word: string | undefined;
  let quote = "";
  for (let at = 0; at < line.length; at++) {
    const one = line[at] ?? "";
    if (quote === "'" && one !== "'") word += one;
    else if (one === quote) quote = "";
    else if (one === "\\") word = (word ?? "") + (line[++at] ?? "");
    else if (quote === "" && (one === "'" || one === '"')) {
      quote = one;
      word ??= "";
    } else if (quote === "" && one === "#") break;
    else if (quote === "" && /[ \t]/.test(one)) {
      if (word !== undefined) words.push(word);
      word = undefined;
    } else word = (word ?? "") + one;
  }
  if (quote !== "") throw new SyntaxError(`a quote without an end: ${line}`);
  return word === undefined ? words : [...words, word];
}

/** The text of the first argument of `fetch(argument)`, in the quotes that it has there. */
export function argumentRead(fetch: string): string {
  const [, inside = ""] = /^\w+\("(.*)"\)$/s.exec(fetch) ?? [];
  if (/(?<!\\)(?:\\\\)*"/.test(inside)) throw new SyntaxError(`more than one argument: ${fetch}`);
  return inside.replace(/\\(.)/gs, "$1");
}

/** The text that a format of text and `%[str(…)]` makes: runs of spaces are one, `%%` is a percent sign. */
export function formatRead(format: string): string {
  return format.replace(/%%|%\[(str\("(?:[^"\\]|\\.)*"\))\]|%| +/g, (piece, fetch: string | undefined) => {
    if (piece === "%%") return "%";
    if (fetch !== undefined) return argumentRead(fetch);
    if (piece === "%") throw new SyntaxError(`an item without a name: ${format}`);
    return " ";
  });
}
