import { goTypeName, showGo, showGoSource } from "../go-text.ts";
import { isJsonObject, type JsonObject } from "../json.ts";
import type { AnyType, Shape } from "../schema.ts";
import { defaultOf, type Element, type Entries, entryElement, fieldElement, showElement } from "./element.ts";

/**
 * What keeps a document from being applied: fields that its type doesn't have, values of another type, entries that nothing tells apart. In
 * the words of typed.validate in sigs.k8s.io/structured-merge-diff; undefined where it is good.
 */
export function documentTrouble(type: AnyType, document: JsonObject): string | undefined {
  const { apiVersion: _, kind: __, ...rest } = document;
  const troubles = troublesOf(type, rest).map(({ path, what }) => (path === "" ? what : `${path}: ${what}`));
  return troubles.length < 2 ? troubles[0] : `errors:\n${troubles.map((one) => `  ${one}`).join("\n")}`;
}

interface Trouble {
  readonly path: string;
  readonly what: string;
}
const at = (element: Element, troubles: readonly Trouble[]): readonly Trouble[] =>
  troubles.map(({ path, what }) => ({ path: `${showElement(element)}${path}`, what }));
const only = (what: string): readonly Trouble[] => [{ path: "", what }];

function troublesOf({ shape }: AnyType, value: unknown): readonly Trouble[] {
  if (value === null) return [];
  switch (shape.is) {
    case "lazy":
      return troublesOf(shape.to(), value);
    case "object":
      if (!isJsonObject(value)) return only(`expected map, got ${showPlain(value)}`);
      return Object.entries(value).flatMap(([name, one]) => {
        const type = Object.hasOwn(shape.fields, name) ? shape.fields[name]?.type : undefined;
        const found = type === undefined ? only("field not declared in schema") : troublesOf(type, one);
        return at(fieldElement(name), found);
      });
    case "map":
      if (!isJsonObject(value)) return only(`expected map, got ${showPlain(value)}`);
      return Object.entries(value).flatMap(([name, one]) => at(fieldElement(name), troublesOf(shape.of, one)));
    case "list":
      return Array.isArray(value) ? listTroubles(shape, value) : only(`expected list, got ${showPlain(value)}`);
    default:
      return scalarTroubles(shape, value);
  }
}

function listTroubles(list: Entries, entries: readonly unknown[]): readonly Trouble[] {
  const { of, merge } = list;
  if (merge.as === "atomic") return entries.flatMap((one, i) => at(`i:${i}`, troublesOf(of, one)));
  const seen = new Set<Element>();
  return entries.flatMap((one, i) => {
    const nameless = namelessness(list, one);
    if (nameless !== undefined) return only(`element ${i}: ${nameless}`);
    const element = entryElement(list, one);
    const isAgain = seen.has(element);
    seen.add(element);
    const again = isAgain ? only(`duplicate entries for key ${showElement(element)}`) : [];
    return [...again, ...at(element, troublesOf(of, one))];
  });
}

/** Why nothing tells an entry from others. */
function namelessness({ of, merge }: Entries, entry: unknown): string | undefined {
  if (merge.as === "set") {
    if (isJsonObject(entry)) return "associative list without keys has an element that's a map type";
    return Array.isArray(entry) ? "not supported: associative list with lists as elements" : undefined;
  }
  if (entry === null) return "associative list with keys may not have a null element";
  if (!isJsonObject(entry)) return "associative list with keys may not have non-map elements";
  const absent = merge.keys.find((key) => !Object.hasOwn(entry, key) && defaultOf(of, key) === undefined);
  return absent === undefined
    ? undefined
    : `associative list with keys has an element that omits key field ${JSON.stringify(absent)} (and doesn't have default value)`;
}

type Scalar = Exclude<Shape, { readonly is: "object" | "map" | "list" | "lazy" }>;

function scalarTroubles(shape: Scalar, value: unknown): readonly Trouble[] {
  switch (shape.is) {
    case "json":
    case "rawExtension":
      return [];
    case "boolean":
      return typeof value === "boolean" ? [] : only(`expected boolean, got ${showPlain(value)}`);
    case "string":
    case "oneOf":
    case "bytes":
      return typeof value === "string"
        ? []
        : only(`expected string, got &value.valueUnstructured{Value:${showGoSource(value)}}`);
    case "int32":
    case "int64":
    case "double":
      return typeof value === "number" ? [] : only(`expected numeric (int or float), got ${goTypeName(value)}`);
    default:
      return typeof value === "object" ? only(`expected any scalar, got ${showPlain(value)}`) : [];
  }
}

const showPlain = (value: unknown): string => `&{${showGo(value)}}`;
