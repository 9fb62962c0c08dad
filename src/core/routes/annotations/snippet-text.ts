/** One statement of nginx' configuration language, wherever in the text's blocks it stands. */
export interface Directive {
  readonly name: string;
  readonly words: readonly string[];
  /** It stands inside the braces of another one: `if`, `location`. */
  readonly isNested: boolean;
}

const quotedWord = /"(?:[^"\\]|\\.)*"?|'(?:[^'\\]|\\.)*'?/;
const token = new RegExp(`#[^\\n]*|${quotedWord.source}|[;{}]|[^\\s;{}"']+`, "gs");

/** Enough of the language to tell what a snippet is for. Reads anything; what is no configuration gives odd directives. */
export function directivesOf(text: string): readonly Directive[] {
  const found: Directive[] = [];
  let words: string[] = [];
  let depth = 0;
  const end = (): void => {
    const [name, ...rest] = words;
    if (name !== undefined) found.push({ name, words: rest, isNested: depth > 0 });
    words = [];
  };
  for (const [word] of text.matchAll(token)) {
    if (word.startsWith("#")) continue;
    if (word === ";") end();
    else if (word === "{") {
      end();
      depth += 1;
    } else if (word === "}") {
      end();
      depth = Math.max(0, depth - 1);
    } else words.push(bare(word));
  }
  end();
  return found;
}

const bare = (word: string): string =>
  /^["']/.test(word) ? word.slice(1, word.endsWith(word.charAt(0)) && word.length > 1 ? -1 : undefined) : word;
