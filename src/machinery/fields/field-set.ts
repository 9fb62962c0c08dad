import { isJsonObject } from "../json.ts";
import { compareElements, type Element, isElement, self } from "./element.ts";

/**
 * A set of an object's fields, in the very form of fieldsV1, so that what is stored need not be translated: `{}` below an element says that
 * the element is in the set, `.` beside others that it is in it as well as they are. At the top, `{}` is the empty set.
 */
export interface FieldSet {
  readonly [element: Element]: FieldSet;
}
type Growing = Record<Element, FieldSet>;

export const noFields: FieldSet = {};

export function isBlank(set: object): boolean {
  for (const _ in set) return false;
  return true;
}

/** Whether what stands below an element says that the element itself is in the set. */
const isMember = (below: FieldSet): boolean => below[self] !== undefined || isBlank(below);

function withoutSelf(below: FieldSet): FieldSet {
  if (below[self] === undefined) return below;
  const { [self]: _, ...others } = below;
  return others;
}

/** Of a field that holds nothing else of the set. */
export const alone: FieldSet = {};
/** What stands below an element; undefined where that leaves nothing to say. */
export function below(isIn: boolean, children: FieldSet): FieldSet | undefined {
  if (isBlank(children)) return isIn ? alone : undefined;
  return isIn ? { [self]: alone, ...children } : children;
}

export function union(a: FieldSet, b: FieldSet): FieldSet {
  if (isBlank(a) || a === b) return b;
  if (isBlank(b)) return a;
  const result: Growing = { ...a };
  for (const element in b) {
    const [left, right] = [a[element], b[element]];
    if (right === undefined) continue;
    result[element] = left === undefined ? right : unionBelow(left, right);
  }
  return result;
}

const unionBelow = (a: FieldSet, b: FieldSet): FieldSet =>
  below(isMember(a) || isMember(b), union(withoutSelf(a), withoutSelf(b))) ?? alone;

/** The fields of `a` that are not in `b`, each for itself: those below a field that goes stay. `a` itself where none goes. */
export function minus(a: FieldSet, b: FieldSet): FieldSet {
  let isLess = false;
  const result: Growing = {};
  for (const element in a) {
    const [left, right] = [a[element], b[element]];
    if (left === undefined) continue;
    const kept = right === undefined ? left : minusBelow(left, right);
    if (kept !== left) isLess = true;
    if (kept !== undefined) result[element] = kept;
  }
  return isLess ? result : a;
}

function minusBelow(a: FieldSet, b: FieldSet): FieldSet | undefined {
  const [children, isIn] = [withoutSelf(a), isMember(a)];
  const [kept, stays] = [minus(children, withoutSelf(b)), isIn && !isMember(b)];
  return kept === children && stays === isIn ? a : below(stays, kept);
}

export function intersection(a: FieldSet, b: FieldSet): FieldSet {
  const result: Growing = {};
  for (const element in a) {
    const [left, right] = [a[element], b[element]];
    if (left === undefined || right === undefined) continue;
    const both = below(isMember(left) && isMember(right), intersection(withoutSelf(left), withoutSelf(right)));
    if (both !== undefined) result[element] = both;
  }
  return result;
}

/** Whether an element is in the set, and which of what it holds. */
export function partOf(set: FieldSet, element: Element): { readonly isIn: boolean; readonly children: FieldSet } {
  const found = set[element];
  if (found === undefined) return { isIn: false, children: noFields };
  return { isIn: isMember(found), children: withoutSelf(found) };
}

/** Every field of a set: those that stand side by side first, then what is below them. Source: Set.Iterate. */
export function pathsOf(set: FieldSet, above: readonly Element[] = []): readonly (readonly Element[])[] {
  const elements = Object.keys(sorted(set)).filter((element) => element !== self);
  const own = elements.filter((element) => isMember(set[element] ?? noFields)).map((element) => [...above, element]);
  return [...own, ...elements.flatMap((element) => pathsOf(set[element] ?? noFields, [...above, element]))];
}

/** In the order in which Kubernetes writes it; the very set where it stands so. */
export function sorted(set: FieldSet): FieldSet {
  if (isSorted(set)) return set;
  const result: Growing = {};
  for (const element of Object.keys(set).sort(compareElements)) result[element] = sorted(set[element] ?? noFields);
  return result;
}

function isSorted(set: FieldSet): boolean {
  let before = "";
  for (const element in set) {
    if (before !== "" && compareElements(before, element) > 0) return false;
    const children = set[element];
    if (children !== undefined && children !== alone && !isSorted(children)) return false;
    before = element;
  }
  return true;
}

/** Whether a client's fieldsV1 is one. */
export const isFieldSet = (value: unknown): value is FieldSet =>
  isJsonObject(value) && Object.entries(value).every(([element, rest]) => isElement(element) && isFieldSet(rest));
