/** Where a value stands in a text, without the quotes around it. */
interface Span {
  readonly start: number;
  readonly end: number;
}

/** An attribute that has a value; its name in lower case. */
export interface TagAttribute {
  readonly name: string;
  readonly value: Span;
}

export interface Tag {
  /** In lower case. */
  readonly name: string;
  readonly attributes: readonly TagAttribute[];
  /** Behind its `>`. */
  readonly end: number;
}

const isOneOf = (characters: string): ((text: string, at: number) => boolean) => {
  const set = new Set(characters);
  return (text, at) => set.has(text.charAt(at));
};
const isSpace = isOneOf("\t\n\f\r ");
const isBetween = isOneOf("\t\n\f\r /");
const endsName = isOneOf("\t\n\f\r />");
const endsAttributeName = isOneOf("\t\n\f\r />=");
const endsUnquoted = isOneOf("\t\n\f\r >");

/**
 * Reads the tag whose name begins at `at`; undefined where the text ends before the tag does. A quote means something only where a
 * value begins, so that `<a title=it's href=/x>` has two attributes.
 * Source: WHATWG HTML section 13.2.5, from the tag name state to the after attribute value state.
 */
export function readTag(text: string, at: number): Tag | undefined {
  const afterName = firstAt(text, at, endsName);
  const name = text.slice(at, afterName).toLowerCase();
  const attributes: TagAttribute[] = [];
  let next = afterName;
  for (;;) {
    next = firstAt(text, next, not(isBetween));
    if (next >= text.length) return undefined;
    if (text[next] === ">") return { name, attributes, end: next + 1 };
    // An equals sign where a name begins is part of that.
    const nameEnd = firstAt(text, next + 1, endsAttributeName);
    const equals = firstAt(text, nameEnd, not(isSpace));
    const shown = text.slice(next, nameEnd).toLowerCase();
    if (text[equals] !== "=") {
      next = equals;
      continue;
    }
    const value = readValue(text, firstAt(text, equals + 1, not(isSpace)));
    if (value === undefined) return undefined;
    attributes.push({ name: shown, value: value.span });
    next = value.next;
  }
}

function readValue(text: string, at: number): { readonly span: Span; readonly next: number } | undefined {
  const quote = text.charAt(at);
  if (quote !== '"' && quote !== "'") {
    const end = firstAt(text, at, endsUnquoted);
    return { span: { start: at, end }, next: end };
  }
  const end = text.indexOf(quote, at + 1);
  return end < 0 ? undefined : { span: { start: at + 1, end }, next: end + 1 };
}

type Test = (text: string, at: number) => boolean;
const not =
  (test: Test): Test =>
  (text, at) =>
    !test(text, at);

/** The first place from `at` on that passes; the text's end where none does. */
function firstAt(text: string, at: number, test: Test): number {
  let next = at;
  while (next < text.length && !test(text, next)) next++;
  return next;
}
