import { isJsonObject, type JsonObject, ownEntry, ownValue } from "../json.ts";
import type { AnyType, Shape } from "../schema.ts";
import { type Element, type Entries, entryElement, fieldElement } from "./element.ts";
import { type FieldSet, isBlank, partOf } from "./field-set.ts";

/** Puts a document upon an object: what it names wins, everything else stays. Source: typed.Merge in structured-merge-diff. */
export function merged(type: AnyType | undefined, live: unknown, wanted: unknown): unknown {
  if (wanted === undefined) return live;
  const shape = type?.shape;
  switch (shape?.is) {
    case "lazy":
      return merged(shape.to(), live, wanted);
    case "object":
    case "map":
      return shape.atomic ? wanted : mergedMembers(shape, live, wanted);
    case "list":
      return shape.merge.as === "atomic" ? wanted : mergedEntries(shape, live, wanted);
    default:
      return wanted;
  }
}

type Members = Shape & { readonly is: "object" | "map" };
const memberType = (shape: Members, name: string): AnyType | undefined =>
  shape.is === "map" ? shape.of : Object.hasOwn(shape.fields, name) ? shape.fields[name]?.type : undefined;

function mergedMembers(shape: Members, live: unknown, wanted: unknown): unknown {
  const [left, right] = [isJsonObject(live) ? live : {}, isJsonObject(wanted) ? wanted : {}];
  if (Object.keys(left).length === 0 && Object.keys(right).length === 0) return wanted;
  const result: Record<string, unknown> = { ...left };
  for (const [name, value] of Object.entries(right))
    setField(result, name, merged(memberType(shape, name), ownValue(left, name), value));
  return result;
}

const setField = (object: Record<string, unknown>, name: string, value: unknown): void => {
  if (name === "__proto__") Object.defineProperty(object, name, ownEntry(value));
  else object[name] = value;
};

function mergedEntries(list: Entries, live: unknown, wanted: unknown): unknown {
  const [left, right] = [Array.isArray(live) ? live : [], Array.isArray(wanted) ? wanted : []];
  if (left.length === 0 && right.length === 0) return wanted;
  return arranged(numbered(list, left), numbered(list, right)).map(([before, after]) =>
    after === undefined ? before?.value : merged(list.of, before?.value, after.value),
  );
}

interface Numbered {
  readonly element: Element;
  readonly value: unknown;
}
const numbered = (list: Entries, all: readonly unknown[]): readonly Numbered[] =>
  all.map((value) => ({ element: entryElement(list, value), value }));

/**
 * The entries of both lists in the order of the wanted one; one that only the live list has stays behind the entries that stood before it, as
 * far as they are in the order that is wanted.
 */
function arranged(
  live: readonly Numbered[],
  wanted: readonly Numbered[],
): readonly (readonly [before: Numbered | undefined, after: Numbered | undefined])[] {
  const before = new Map(live.map((one) => [one.element, one]));
  const after = new Map(wanted.map((one) => [one.element, one]));
  const shared = wanted.filter(({ element }) => before.has(element)).map(({ element }) => element);
  const placed = new Set<Element>();
  const result: (readonly [Numbered | undefined, Numbered | undefined])[] = [];
  const place = (one: Numbered): void => {
    result.push([before.get(one.element), one]);
    placed.add(one.element);
    if (shared[0] === one.element) shared.shift();
  };
  let [i, j] = [0, 0];
  while (i < live.length || j < wanted.length) {
    const [left, right] = [live[i], wanted[j]];
    if (left !== undefined && right !== undefined && left.element === right.element) {
      place(right);
      i++;
      j++;
    } else if (left !== undefined && !after.has(left.element)) {
      result.push([left, undefined]);
      i++;
    } else if (left !== undefined && (placed.has(left.element) || (right !== undefined && shared[0] !== left.element)))
      i++; // it has its place already, or gets it by the wanted order
    else if (right !== undefined) {
      place(right);
      j++;
    } else i++;
  }
  return result;
}

/** An object without some of its fields; what is emptied thereby becomes null. Source: RemoveItems. */
export function withoutFields(type: AnyType | undefined, value: unknown, set: FieldSet): unknown {
  const shape = type?.shape;
  switch (shape?.is) {
    case "lazy":
      return withoutFields(shape.to(), value, set);
    case "object":
    case "map":
      return shape.atomic ? null : withoutMembers(shape, value, set);
    case "list":
      return shape.merge.as === "atomic" ? null : withoutEntries(shape, value, set);
    default:
      return value;
  }
}

function withoutMembers(shape: Members, value: unknown, set: FieldSet): JsonObject | null {
  if (!isJsonObject(value)) return null;
  const result: Record<string, unknown> = {};
  for (const [name, one] of Object.entries(value)) {
    const { isIn, children } = partOf(set, fieldElement(name));
    if (isIn) continue;
    setField(result, name, isBlank(children) ? one : withoutFields(memberType(shape, name), one, children));
  }
  return Object.keys(result).length === 0 ? null : result;
}

function withoutEntries(list: Entries, value: unknown, set: FieldSet): readonly unknown[] | null {
  if (!Array.isArray(value)) return null;
  const kept = value.flatMap((one) => {
    const { isIn, children } = partOf(set, entryElement(list, one));
    if (isIn) return [];
    return [isBlank(children) ? one : withoutFields(list.of, one, children)];
  });
  return kept.length === 0 ? null : kept;
}
