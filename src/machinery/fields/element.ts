import { isJsonObject, ownValue, readJson } from "../json.ts";
import { type AnyType, type ListMerge, objectShape } from "../schema.ts";

/**
 * What an object's part is called within fieldsV1: `f:spec`, `k:{"port":80,"protocol":"TCP"}` (an entry by its keys), `v:"a"` (a value of a
 * set), `i:0`; `.` is the part that holds the others itself.
 * Source: sigs.k8s.io/structured-merge-diff fieldpath/serialize-pe.go.
 */
export type Element = string;
export const self: Element = ".";

export const fieldElement = (name: string): Element => `f:${name}`;
export const nameOf = (element: Element): string => element.slice(2);

/** What tells the entries of a list apart. */
export interface Entries {
  readonly of: AnyType;
  readonly merge: ListMerge;
}

/** An entry of a list that isn't atomic. A key that the entry leaves out has its default. */
export function entryElement({ of, merge }: Entries, entry: unknown): Element {
  if (merge.as === "set" || !isJsonObject(entry)) return `v:${JSON.stringify(entry)}`;
  const keys: string[] = [];
  for (const key of merge.keys.length < 2 ? merge.keys : merge.keys.toSorted()) {
    const value = ownValue(entry, key) ?? defaultOf(of, key);
    if (value !== undefined) keys.push(`"${key}":${JSON.stringify(value)}`);
  }
  return `k:{${keys.join(",")}}`;
}

/** The default of an entry's key: `protocol` of a port that doesn't name one. */
export function defaultOf(of: AnyType, key: string): unknown {
  const field = objectShape(of).fields[key];
  return field?.presence === "defaulted" ? field.value : undefined;
}

/** `.spec.ports[port=80,protocol="TCP"].targetPort`: as a refusal names it. */
export const showPath = (path: readonly Element[]): string => path.map(showElement).join("");

export function showElement(element: Element): string {
  const rest = element.slice(2);
  switch (element.charAt(0)) {
    case "k":
      return `[${Object.entries(Object(JSON.parse(rest)))
        .map(([key, value]) => `${key}=${JSON.stringify(value)}`)
        .join(",")}]`;
    case "v":
      return `[=${rest}]`;
    case "i":
      return `[${rest}]`;
    default:
      return `.${rest}`;
  }
}

/** Whether it is one of the names above, and not something that a client has made up. */
export function isElement(text: string): boolean {
  switch (text.slice(0, 2)) {
    case "f:":
      return true;
    case "i:":
      return /^\d+$/.test(text.slice(2));
    case "k:":
      return isJsonObject(readJson(text.slice(2)));
    case "v:":
      return readJson(text.slice(2)) !== undefined;
    default:
      return text === self;
  }
}

/** Fields by name, then entries by their keys, values, positions; numbers by what they count. Source: PathElement.Less. */
export function compareElements(a: Element, b: Element): number {
  if (a.startsWith("f:") && b.startsWith("f:")) return a < b ? -1 : Number(a > b); // nearly all of them
  const byKind = rank(a) - rank(b);
  if (byKind !== 0) return byKind;
  switch (a.charAt(0)) {
    case "k":
      return compareKeys(JSON.parse(a.slice(2)), JSON.parse(b.slice(2)));
    case "v":
    case "i":
      return compareValues(JSON.parse(a.slice(2)), JSON.parse(b.slice(2)));
    default:
      return a < b ? -1 : Number(a > b);
  }
}
const rank = (element: Element): number => ".fkvi".indexOf(element.charAt(0));

function compareKeys(a: unknown, b: unknown): number {
  const [left, right] = [Object.entries(Object(a)), Object.entries(Object(b))];
  for (const [i, [name, value]] of left.entries()) {
    const other = right[i];
    if (other === undefined) return 1;
    const order = compareValues(name, other[0]) || compareValues(value, other[1]);
    if (order !== 0) return order;
  }
  return left.length - right.length;
}

function compareValues(a: unknown, b: unknown): number {
  if (typeof a === "number" && typeof b === "number") return a - b;
  const [left, right] = [sortable(a), sortable(b)];
  return left < right ? -1 : Number(left > right);
}
/** Numbers before text before truth, as Go orders them. */
const sortable = (value: unknown): string =>
  typeof value === "number" ? `0${value}` : typeof value === "string" ? `1${value}` : `2${JSON.stringify(value)}`;
