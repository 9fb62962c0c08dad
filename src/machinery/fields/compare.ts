import { isEqual, isJsonObject, type JsonObject, ownValue } from "../json.ts";
import type { AnyType, Shape } from "../schema.ts";
import { compareElements, type Element, type Entries, entryElement, fieldElement } from "./element.ts";
import { alone, below, type FieldSet, isBlank, noFields } from "./field-set.ts";

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

export function without(object: JsonObject, names: ReadonlySet<string>): JsonObject {
  if (names.size === 0) return object;
  const result: Record<string, unknown> = {};
  for (const name in object) if (!names.has(name)) result[name] = object[name];
  return result;
}

interface Sides {
  /** undefined: there is nothing, which is less than null. */
  readonly from: unknown;
  readonly to: unknown;
  /** Another value counts too; else only what `from` doesn't have at all. */
  readonly values: boolean;
}

/** The fields of `to` that `from` has not, or not so; undefined where there is none. */
function differing(type: AnyType, sides: Sides): FieldSet | undefined {
  const { from, to } = sides;
  if (from === to || to === undefined) return undefined;
  if (from === undefined) return added(type, to);
  const { shape } = type;
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

const leaf = ({ from, to, values }: Sides): FieldSet | undefined => (values && !isEqual(from, to) ? alone : undefined);

/** What isn't declared is nobody's: the name of the kind. */
function members(shape: Members, sides: Sides): FieldSet | undefined {
  const { from, to, values } = sides;
  const [left, right] = [objectIn(from), objectIn(to)];
  // Empty is something else than absent, but no more than a value.
  if (isBlank(left) && isBlank(right)) return leaf(sides);
  const children: Record<Element, FieldSet> = {};
  for (const { name, element, type } of membersOf(shape, right)) {
    const found = differing(type, { from: ownValue(left, name), to: right[name], values });
    if (found !== undefined) children[element] = found;
  }
  return below(false, children);
}

type Members = Shape & { readonly is: "object" | "map" };
interface Member {
  readonly name: string;
  readonly element: Element;
  readonly type: AnyType;
}

const declared = new WeakMap<Members, readonly Member[]>();

/** Where members of an object may be, in the order of sets: names of objects are put together once, not for every object. */
function membersOf(shape: Members, object: JsonObject): readonly Member[] {
  if (shape.is === "map") return Object.keys(object).map((name) => memberOf(name, shape.of));
  const known = declared.get(shape);
  if (known !== undefined) return known;
  const names = Object.keys(shape.fields).toSorted((a, b) => compareElements(fieldElement(a), fieldElement(b)));
  const made = names.flatMap((name) => {
    const field = shape.fields[name];
    return field === undefined ? [] : [memberOf(name, field.type)];
  });
  declared.set(shape, made);
  return made;
}
const memberOf = (name: string, type: AnyType): Member => ({ name, element: fieldElement(name), type });

const nothing: JsonObject = {};
const objectIn = (value: unknown): JsonObject => (isJsonObject(value) ? value : nothing);

/** Entries of one name are compared as one, where there is more than one of them. */
function entries(list: Entries, sides: Sides): FieldSet | undefined {
  const [before, after] = [listIn(sides.from), listIn(sides.to)];
  if (before.length === 0 && after.length === 0) return leaf(sides);
  const left = byElement(list, before);
  const children: Record<Element, FieldSet> = {};
  for (const [element, to] of byElement(list, after)) {
    const from = left.get(element) ?? [];
    const found = entryOf(list.of, { from, to, values: sides.values });
    if (found !== undefined) children[element] = found;
  }
  return below(false, children);
}
const listIn = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

interface SameEntries extends Sides {
  readonly from: readonly unknown[];
  readonly to: readonly unknown[];
}
function entryOf(of: AnyType, { from, to, values }: SameEntries): FieldSet | undefined {
  if (to.length === 1) return differing(of, { from: from.length === 1 ? from[0] : undefined, to: to[0], values });
  return from.length > 1 ? leaf({ from, to, values }) : alone;
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

/** All fields of a value that was not there before, itself among them. */
function added({ shape }: AnyType, value: unknown): FieldSet {
  switch (shape.is) {
    case "lazy":
      return added(shape.to(), value);
    case "object":
    case "map":
      return shape.atomic ? alone : (below(true, addedMembers(shape, value)) ?? alone);
    case "list":
      return shape.merge.as === "atomic" ? alone : (below(true, addedEntries(shape, value)) ?? alone);
    default:
      return alone;
  }
}

function addedMembers(shape: Members, value: unknown): FieldSet {
  const children: Record<Element, FieldSet> = {};
  const object = objectIn(value);
  for (const { name, element, type } of membersOf(shape, object))
    if (object[name] !== undefined) children[element] = added(type, object[name]);
  return children;
}

function addedEntries(list: Entries, value: unknown): FieldSet {
  const children: Record<Element, FieldSet> = {};
  for (const one of listIn(value)) {
    const element = entryElement(list, one);
    children[element] = children[element] === undefined ? added(list.of, one) : alone;
  }
  return children;
}
