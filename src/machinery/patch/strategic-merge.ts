import { isJsonObject, type JsonObject, ownEntry, ownValue } from "../json.ts";
import type { AnyType } from "../schema.ts";
import { cannotUnmarshal, PatchRefused } from "./refused.ts";
import { type ListChange, mergeEntries, mergeValues } from "./strategic-list.ts";

/**
 * Strategic merge patch: like RFC 7396, but lists whose declaration names a merge key are merged entry by entry, and directives
 * (`$patch`, `$retainKeys`, `$setElementOrder/…`, `$deleteFromPrimitiveList/…`) say what a plain patch can't.
 * Leaves its arguments alone. Throws PatchRefused where a directive makes no sense.
 * Source: k8s.io/apimachinery/pkg/util/strategicpatch, and its proposal "preserve order in strategic merge patch".
 */
export function applyStrategicMerge(type: AnyType, document: unknown, patch: unknown): unknown {
  if (!isJsonObject(patch)) throw new PatchRefused("invalid", cannotUnmarshal(patch, "map[string]interface {}"));
  return mergeObject(type, isJsonObject(document) ? document : {}, patch);
}

/** `type` is undefined below what is declared: there, lists are replaced. */
function mergeObject(type: AnyType | undefined, document: JsonObject, patch: JsonObject): JsonObject {
  switch (patch.$patch) {
    case undefined:
    case "merge":
      break;
    case "replace":
      return mergeObject(type, {}, without(patch, "$patch"));
    case "delete":
      return {};
    default:
      throw new PatchRefused("invalid", `unknown patch directive $patch: ${JSON.stringify(patch.$patch)}`);
  }
  const result = retained(document, patch);
  for (const key of changedKeys(patch)) {
    const value = mergeField(fieldType(type, key), ownValue(result, key), { patch, key });
    if (value === null) delete result[key];
    else if (value !== undefined) Object.defineProperty(result, key, ownEntry(value));
  }
  return result;
}

const orderPrefix = "$setElementOrder/";
const deletePrefix = "$deleteFromPrimitiveList/";

/** The fields that a patch is about, also those whose lists it only orders or thins out. */
function changedKeys(patch: JsonObject): ReadonlySet<string> {
  return new Set(
    Object.keys(patch).flatMap((key) => {
      const prefix = [orderPrefix, deletePrefix].find((one) => key.startsWith(one));
      return prefix === undefined ? (key.startsWith("$") ? [] : [key]) : [key.slice(prefix.length)];
    }),
  );
}

interface Place {
  readonly patch: JsonObject;
  readonly key: string;
}

function mergeField(type: AnyType | undefined, old: unknown, { patch, key }: Place): unknown {
  const change = ownValue(patch, key);
  if (isJsonObject(change)) return mergeObject(type, isJsonObject(old) ? old : {}, change);
  if (change !== undefined && !Array.isArray(change)) return change;
  if (change === undefined && !Array.isArray(old)) return undefined;
  return mergeList(type, {
    old: listOf(old),
    change: listOf(change),
    order: Array.isArray(patch[orderPrefix + key]) ? listOf(patch[orderPrefix + key]) : undefined,
    remove: listOf(patch[deletePrefix + key]),
  });
}
const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

function mergeList(type: AnyType | undefined, list: ListChange): readonly unknown[] {
  const shape = type?.shape;
  if (shape?.is === "lazy") return mergeList(shape.to(), list);
  if (shape?.is !== "list" || shape.merge.patchKey === undefined) return list.change;
  const { of, merge } = shape;
  if (merge.patchKey === "") return mergeValues(list);
  return mergeEntries(list, merge.patchKey ?? "", (old, change) => mergeObject(of, old, change));
}

/** What `$retainKeys` leaves of the document: everything where the patch has none. */
function retained(document: JsonObject, patch: JsonObject): Record<string, unknown> {
  const keys = patch.$retainKeys;
  if (keys === undefined) return { ...document };
  if (!Array.isArray(keys)) throw new PatchRefused("invalid", "$retainKeys must be a list of field names");
  const stray = Object.keys(patch).find((key) => !key.startsWith("$") && !keys.includes(key));
  if (stray !== undefined)
    throw new PatchRefused("invalid", `$retainKeys does not name ${JSON.stringify(stray)}, which the patch sets`);
  return Object.fromEntries(Object.entries(document).filter(([key]) => keys.includes(key)));
}

function fieldType(type: AnyType | undefined, key: string): AnyType | undefined {
  const shape = type?.shape;
  switch (shape?.is) {
    case "object":
      return Object.hasOwn(shape.fields, key) ? shape.fields[key]?.type : undefined;
    case "map":
      return shape.of;
    case "lazy":
      return fieldType(shape.to(), key);
    default:
      return undefined;
  }
}

const without = (object: JsonObject, key: string): JsonObject =>
  Object.fromEntries(Object.entries(object).filter(([one]) => one !== key));
