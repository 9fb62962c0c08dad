import { isJsonObject, type JsonObject } from "../json.ts";
import type { AnyType } from "../schema.ts";
import { type Element, type Entries, entryElement, fieldElement } from "./element.ts";
import { below, type FieldSet, noFields } from "./field-set.ts";

/** The fields that a document names, which is what its writer wants to own. Source: ToFieldSet in structured-merge-diff. */
export const fieldsOf = (type: AnyType, document: JsonObject): FieldSet => within(type, document).children;

interface Within {
  /** Whether the value itself is a field, and not only what it holds. */
  readonly isIn: boolean;
  readonly children: FieldSet;
}
const whole: Within = { isIn: true, children: noFields };

function within(type: AnyType | undefined, value: unknown): Within {
  const shape = type?.shape;
  switch (shape?.is) {
    case "lazy":
      return within(shape.to(), value);
    case "object":
    case "map":
      if (shape.atomic) return whole;
      return {
        isIn: false,
        children: membersOf((name) => (shape.is === "map" ? shape.of : fieldType(shape.fields, name)), value),
      };
    case "list":
      return shape.merge.as === "atomic" ? whole : { isIn: false, children: entriesOf(shape, value) };
    default:
      return whole;
  }
}

const fieldType = (fields: Readonly<Record<string, { readonly type: AnyType }>>, name: string): AnyType | undefined =>
  Object.hasOwn(fields, name) ? fields[name]?.type : undefined;

function membersOf(typeOf: (name: string) => AnyType | undefined, value: unknown): FieldSet {
  if (!isJsonObject(value)) return noFields;
  const result: Record<Element, FieldSet> = {};
  for (const [name, one] of Object.entries(value)) {
    const { isIn, children } = within(typeOf(name), one);
    const isHollow = one === null || (isJsonObject(one) && Object.keys(one).length === 0);
    const found = below(isIn || isHollow, children);
    if (found !== undefined) result[fieldElement(name)] = found;
  }
  return result;
}

/** An entry is a field itself, beside what it holds; one that stands more than once is nothing else. */
function entriesOf(list: Entries, value: unknown): FieldSet {
  if (!Array.isArray(value)) return noFields;
  const result: Record<Element, FieldSet> = {};
  for (const one of value) {
    const element = entryElement(list, one);
    const isAgain = result[element] !== undefined;
    const found = below(true, isAgain ? noFields : within(list.of, one).children);
    if (found !== undefined) result[element] = found;
  }
  return result;
}

/**
 * A set together with the declared fields on the way to its fields: whoever owns `.spec.replicas` owns `.spec` too, though not what a map or
 * a list holds between. Source: EnsureNamedFieldsAreMembers.
 */
export function withNamed(type: AnyType | undefined, set: FieldSet): FieldSet {
  const shape = type?.shape;
  if (shape?.is === "lazy") return withNamed(shape.to(), set);
  const result: Record<Element, FieldSet> = {};
  for (const element in set) {
    const given = set[element] ?? noFields;
    const isField = element.startsWith("f:") && shape?.is === "object";
    const declared = isField ? fieldType(shape.fields, element.slice(2)) : undefined;
    const of = declared ?? (shape?.is === "map" || shape?.is === "list" ? shape.of : undefined);
    const children = withNamed(of, given);
    const needsSelf = declared !== undefined && Object.keys(children).length > 0 && children["."] === undefined;
    result[element] = needsSelf ? { ".": noFields, ...children } : children;
  }
  return result;
}
