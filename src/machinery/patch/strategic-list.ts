import { isJsonObject, type JsonObject } from "../json.ts";
import { PatchRefused } from "./refused.ts";

/** A list of the document and what a patch wants of it. */
export interface ListChange {
  readonly old: readonly unknown[];
  readonly change: readonly unknown[];
  /** `$setElementOrder`: in which order the entries shall stand; values, or objects that hold just their key. */
  readonly order: readonly unknown[] | undefined;
  /** `$deleteFromPrimitiveList`. */
  readonly remove: readonly unknown[];
}
type MergeEntry = (old: JsonObject, change: JsonObject) => JsonObject;

/** A list of plain values that is merged as a set. */
export function mergeValues({ old, change, order, remove }: ListChange): readonly unknown[] {
  const merged = [...new Set([...old, ...change])].filter((one) => !remove.includes(one));
  return arrange(merged, { wanted: order ?? change, before: old, keyOf: (one) => one });
}

/** A list of objects that `mergeKey` tells apart. */
export function mergeEntries(list: ListChange, mergeKey: string, mergeEntry: MergeEntry): readonly unknown[] {
  const keyOf = (one: unknown): unknown => (isJsonObject(one) ? one[mergeKey] : undefined);
  const { replaces, removed, changes } = sorted(list.change, mergeKey);
  if (replaces) return changes.map((one) => mergeEntry({}, one));
  const result = list.old.filter((one) => !removed.has(keyOf(one)));
  for (const change of changes) {
    const at = result.findIndex((one) => keyOf(one) === change[mergeKey]);
    const old = result[at];
    if (isJsonObject(old)) result[at] = mergeEntry(old, change);
    else result.push(mergeEntry({}, change));
  }
  return arrange(result, { wanted: list.order ?? changes, before: list.old, keyOf });
}

/** What the entries of a patch want: to be gone, to be all there is, or to be merged. */
function sorted(change: readonly unknown[], mergeKey: string): Sorted {
  const removed = new Set<unknown>();
  const changes: JsonObject[] = [];
  let replaces = false;
  for (const one of change) {
    if (!isJsonObject(one)) throw new PatchRefused("invalid", `a list that is merged by ${mergeKey} holds objects`);
    const directive = one.$patch;
    const key = one[mergeKey];
    if (directive === "replace" && key === undefined) replaces = true;
    else if (key === undefined)
      throw new PatchRefused("invalid", `map: ${JSON.stringify(one)} does not contain declared merge key: ${mergeKey}`);
    else if (directive === "delete") removed.add(key);
    else changes.push(one);
  }
  return { replaces, removed, changes };
}
interface Sorted {
  readonly replaces: boolean;
  readonly removed: ReadonlySet<unknown>;
  readonly changes: readonly JsonObject[];
}

interface Order {
  /** The order that the patch asks for. */
  readonly wanted: readonly unknown[];
  /** The document's. */
  readonly before: readonly unknown[];
  readonly keyOf: (one: unknown) => unknown;
}

/**
 * Puts entries that the patch names in its order, and the others, which only the server knows, where they stood between them:
 * both keep the order among themselves, and where both have an old place, that decides who goes first.
 */
function arrange(entries: readonly unknown[], { wanted, before, keyOf }: Order): readonly unknown[] {
  const places = new Map(before.map((one, i) => [keyOf(one), i]));
  const ranks = new Map(wanted.map((one, i) => [keyOf(one), i]));
  const rank = (one: unknown): number => ranks.get(keyOf(one)) ?? -1;
  const named = entries.filter((one) => ranks.has(keyOf(one))).toSorted((a, b) => rank(a) - rank(b));
  const others = entries.filter((one) => !ranks.has(keyOf(one)));
  const result: unknown[] = [];
  for (const other of others) {
    const place = places.get(keyOf(other));
    while (named.length > 0 && isBefore(places.get(keyOf(named[0])), place)) result.push(named.shift());
    result.push(other);
  }
  return [...result, ...named];
}
const isBefore = (a: number | undefined, b: number | undefined): boolean => a !== undefined && b !== undefined && a < b;
