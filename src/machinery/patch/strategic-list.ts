import { isEqual, isJsonObject, type JsonObject } from "../json.ts";
import { brought, unknownPatchType, withoutMergeKey } from "./directives.ts";
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
  if (replaces) return changes.map(brought);
  const result = list.old.filter((one) => !removed.includes(keyOf(one)));
  for (const change of changes) {
    const key = mustKey(change, mergeKey);
    const at = result.findIndex((one) => isEqual(keyOf(one), key));
    const old = result[at];
    if (isJsonObject(old)) result[at] = mergeEntry(old, change);
    else result.push(brought(change));
  }
  return arrange(result, { wanted: list.order ?? changes, before: list.old, keyOf });
}

function mustKey(entry: JsonObject, mergeKey: string): unknown {
  if (Object.hasOwn(entry, mergeKey)) return entry[mergeKey];
  throw withoutMergeKey(entry, mergeKey);
}

/** What the entries of a patch want: to be gone, to be all there is, or to be merged. Source: mergeSliceWithSpecialElements. */
function sorted(change: readonly unknown[], mergeKey: string): Sorted {
  const removed: unknown[] = [];
  const changes: JsonObject[] = [];
  let replaces = false;
  for (const one of change) {
    if (Array.isArray(one)) throw new PatchRefused("failed", "lists of lists are not supported");
    if (!isJsonObject(one)) throw new PatchRefused("unforeseen", "list element types are not identical");
    switch (one.$patch) {
      case undefined:
        changes.push(one);
        break;
      case "delete":
        removed.push(mustKey(one, mergeKey));
        break;
      case "replace":
        replaces = true;
        break;
      case "merge":
        throw new PatchRefused("unforeseen", "merging lists cannot yet be specified in the patch");
      default:
        throw unknownPatchType(one.$patch, one);
    }
  }
  return { replaces, removed, changes };
}
interface Sorted {
  readonly replaces: boolean;
  readonly removed: readonly unknown[];
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
 * Puts entries that the patch names in its order, and the others, which only the server knows, between them: both keep the order among
 * themselves; one of the others goes first where it stood before the next that is named, and not where that one is new.
 * Source: normalizeElementOrder.
 */
function arrange(entries: readonly unknown[], { wanted, before, keyOf }: Order): readonly unknown[] {
  const places = new Map(before.map((one, i) => [keyOf(one), i]));
  const ranks = new Map(wanted.map((one, i) => [keyOf(one), i]));
  const rank = (one: unknown): number => ranks.get(keyOf(one)) ?? -1;
  const named = entries.filter((one) => ranks.has(keyOf(one))).toSorted((a, b) => rank(a) - rank(b));
  const others = entries.filter((one) => !ranks.has(keyOf(one)));
  const result: unknown[] = [];
  for (const one of named) {
    const place = places.get(keyOf(one));
    while (others.length > 0 && isBefore(places.get(keyOf(others[0])), place)) result.push(others.shift());
    result.push(one);
  }
  return [...result, ...others];
}
const isBefore = (a: number | undefined, b: number | undefined): boolean => a !== undefined && b !== undefined && a < b;
