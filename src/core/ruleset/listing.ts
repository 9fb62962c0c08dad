/** What a table holds, in nft's own words. */
export interface Listing {
  /** Maps and sets; the elements of a set lead to "". */
  readonly maps: ReadonlyMap<string, ReadonlyMap<string, string>>;
  /** The lines of each chain; that of the hook comes first. */
  readonly chains: ReadonlyMap<string, readonly string[]>;
}

/**
 * Reads what `nft list table` prints:
 *
 *     table = "table inet" name "{" { block } "}"
 *     block = ( "map" | "set" | "chain" ) name "{" { line } "}"
 *     line  = rule | "elements = {" key [ ":" value ] { "," key [ ":" value ] } "}"
 *
 * A block's own lines are indented twice, and its end once.
 */
export function parseListing(text: string): Listing {
  const maps = new Map<string, ReadonlyMap<string, string>>();
  const chains = new Map<string, readonly string[]>();
  for (const [, kind, name = "", body = ""] of text.matchAll(/^\t(map|set|chain) (\S+) \{[^\n]*\n([\s\S]*?)^\t\}/gm)) {
    if (kind === "chain") chains.set(name, linesOf(body));
    else maps.set(name, elementsOf(body));
  }
  return { maps, chains };
}

const linesOf = (body: string): readonly string[] =>
  body
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "");

function elementsOf(body: string): ReadonlyMap<string, string> {
  const [, list = ""] = /elements = \{([\s\S]*)\}/.exec(body) ?? [];
  const elements = new Map<string, string>();
  for (const one of list.split(",")) {
    const [key = "", value = ""] = one.trim().split(" : ");
    if (key !== "") elements.set(key, value);
  }
  return elements;
}
