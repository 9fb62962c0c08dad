import { isEqual, isJsonObject, type JsonObject, ownValue } from "../json.ts";
import type { AnyType, Shape } from "../schema.ts";
import { type Element, type Entries, entryElement, fieldElement } from "./element.ts";
import { below, type FieldSet, noFields } from "./field-set.ts";

/** What a write did to the fields of an object. */
export interface Changes {
  /** Added, or of another value. */
  readonly changed: FieldSet;
  readonly removed: FieldSet;
}

/**
 * What lies between two objects of one type. `ignored` names fields of the object itself that nobody owns here, as `status` is for whoever
 * writes the object itself. Source: typed.Compare in sigs.k8s.io/structured-merge-diff.
 */
export function changesBetween(
  type: AnyType,
  { from, to }: { readonly from: JsonObject; readonly to: JsonObject },
  ignored: ReadonlySet<string>,
): Changes {
  const [before, after] = [without(from, ignored), without(to, ignored)];
  return {
    changed: differing(type, { from: before, to: after, values: true }) ?? noFields,
    removed: differing(type, { from: after, to: before, values: false }) ?? noFields,
  };
}

export const without = (object: JsonObject, names: ReadonlySet<string>): JsonObject =>
  names.size === 0 ? object : Object.fromEntries(Object.entries(object).filter(([name]) => !names.has(name)));

interface Sides {
  /** undefined: there is nothing, which is less than null. */
  readonly from: unknown;
  readonly to: unknown;
  /** Another value counts too; else only what `from` doesn't have at all. */
  readonly values: boolean;
}

/** The fields of `to` that `from` has not, or not so; undefined where there is none. */
function differing({ shape }: AnyType, sides: Sides): FieldSet | undefined {
  if (sides.from === sides.to || sides.to === undefined) return undefined;
  switch (shape.is) {
    case "lazy":
      return differing(shape.to(), sides);
    case "object":
    case "map":
      return shape.atomic ? leaf(sides) : members(shape, sides);
    case "list":
      return shape.merge.as === "atomic" ? leaf(sides) : entries(shape, sides);
    default:
      return leaf(sides);
  }
}

const there = below(true, noFields);
function leaf({ from, to, values }: Sides): FieldSet | undefined {
  if (from === undefined) return there;
  return values && !isEqual(from, to) ? there : undefined;
}

/** What isn't declared is nobody's: the name of the kind. */
function members(shape: Shape & { readonly is: "object" | "map" }, sides: Sides): FieldSet | undefined {
  const { from, to, values } = sides;
  const [left, right] = [objectIn(from), objectIn(to)];
  const children: Record<Element, FieldSet> = {};
  let isHollow = true;
  for (const name in right) {
    isHollow = false;
    const type = shape.is === "map" ? shape.of : shape.fields[name]?.type;
    if (type === undefined) continue;
    const found = differing(type, { from: ownValue(left, name), to: right[name], values });
    if (found !== undefined) children[fieldElement(name)] = found;
  }
  // Empty is something else than absent, but no more than a value.
  if (isHollow && isEmpty(left)) return leaf(sides);
  return below(from === undefined, children);
}

const nothing: JsonObject = {};
const objectIn = (value: unknown): JsonObject => (isJsonObject(value) ? value : nothing);
function isEmpty(object: JsonObject): boolean {
  for (const _ in object) return false;
  return true;
}

/** Entries of one name are compared as one, where there is more than one of them. */
function entries(list: Entries, sides: Sides): FieldSet | undefined {
  const [before, after] = [listIn(sides.from), listIn(sides.to)];
  if (before.length === 0 && after.length === 0) return leaf(sides);
  const [left, right] = [byElement(list, before), byElement(list, after)];
  const children: Record<Element, FieldSet> = {};
  for (const [element, these] of right) {
    const those = left.get(element) ?? [];
    const found = entryOf(list.of, { from: those, to: these, values: sides.values });
    if (found !== undefined) children[element] = found;
  }
  return below(sides.from === undefined, children);
}
const listIn = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

function entryOf(
  of: AnyType,
  {
    from,
    to,
    values,
  }: { readonly from: readonly unknown[]; readonly to: readonly unknown[]; readonly values: boolean },
): FieldSet | undefined {
  if (to.length === 1) return differing(of, { from: from.length === 1 ? from[0] : undefined, to: to[0], values });
  return from.length > 1 ? leaf({ from, to, values }) : there;
}

function byElement(list: Entries, all: readonly unknown[]): ReadonlyMap<Element, readonly unknown[]> {
  const result = new Map<Element, unknown[]>();
  for (const one of all) {
    const element = entryElement(list, one);
    const same = result.get(element);
    if (same === undefined) result.set(element, [one]);
    else same.push(one);
  }
  return result;
}
