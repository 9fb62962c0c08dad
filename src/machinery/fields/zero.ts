import type { JsonObject } from "../json.ts";
import { type AnyType, objectShape } from "../schema.ts";

const known = new WeakMap<AnyType, JsonObject>();

/**
 * What Go writes of an object in which nothing is set: structs, and what has no `omitempty`. A new object is compared with it, so that whoever
 * creates a Deployment owns `.spec.template.spec.containers[…]`, but not `.spec` as such, which every Deployment has.
 */
export function zeroObject(type: AnyType): JsonObject {
  const made = known.get(type);
  if (made !== undefined) return made;
  const zero: Record<string, unknown> = {};
  for (const [name, field] of Object.entries(objectShape(type).fields)) {
    if (field.presence === "optional") continue;
    const value = zeroOf(field.type, field.presence === "required" || field.presence === "present");
    if (value !== undefined) zero[name] = value;
  }
  known.set(type, zero);
  return zero;
}

/** Undefined where Go leaves it out. */
function zeroOf(type: AnyType, isWritten: boolean): unknown {
  const { shape } = type;
  if (shape.is === "lazy") return zeroOf(shape.to(), isWritten);
  if (shape.is === "object") return zeroObject(type);
  if (!isWritten) return undefined;
  switch (shape.is) {
    case "boolean":
      return false;
    case "int32":
    case "int64":
    case "double":
    case "intOrString":
      return 0;
    case "string":
    case "oneOf":
      return "";
    default:
      return null;
  }
}
