import { isJsonObject, type JsonObject, ownEntry, ownValue } from "../json.ts";
import type { AnyType } from "../schema.ts";
import {
  brought,
  checkOrder,
  deleteDirective,
  fieldBehind,
  mustList,
  orderDirective,
  retained,
  unknownPatchType,
} from "./directives.ts";
import { cannotUnmarshal, PatchRefused } from "./refused.ts";
import { type ListChange, mergeEntries, mergeValues } from "./strategic-list.ts";

/**
 * Strategic merge patch: like RFC 7396, but lists whose declaration names a merge key are merged entry by entry, and directives
 * (`$patch`, `$retainKeys`, `$setElementOrder/…`, `$deleteFromPrimitiveList/…`) say what a plain patch can't.
 * Leaves its arguments alone. Throws PatchRefused where a directive makes no sense.
 * Source: StrategicMergeMapPatch in k8s.io/apimachinery/pkg/util/strategicpatch, and its proposal "preserve order in strategic merge patch".
 */
export function applyStrategicMerge(type: AnyType, document: unknown, patch: unknown): unknown {
  if (patch === null) return document;
  if (!isJsonObject(patch)) throw new PatchRefused("invalid", cannotUnmarshal(patch, "map[string]interface {}"));
  return mergeObject(type, isJsonObject(document) ? document : {}, patch);
}

/** `type` is undefined below what is declared: there, lists are replaced. */
function mergeObject(type: AnyType | undefined, document: JsonObject, patch: JsonObject): JsonObject {
  switch (patch.$patch) {
    case undefined:
      break;
    case "replace":
      return withoutDirective(patch);
    case "delete":
      return {};
    default:
      throw unknownPatchType(patch.$patch, patch);
  }
  const result: Record<string, unknown> = { ...retained(document, patch) };
  for (const key of changedKeys(patch)) {
    const value = mergeField(fieldType(type, key), ownValue(result, key), { patch, key });
    if (value === null) delete result[key];
    else if (value !== undefined) Object.defineProperty(result, key, ownEntry(value));
  }
  return result;
}

const withoutDirective = (patch: JsonObject): JsonObject => {
  const { $patch: _, ...rest } = patch;
  return Object.fromEntries(Object.entries(rest).map(([name, value]) => [name, brought(value)]));
};

/** The fields that a patch is about, also those whose lists it only orders or thins out. */
function changedKeys(patch: JsonObject): ReadonlySet<string> {
  const keys = Object.keys(patch).filter((key) => key !== "$retainKeys");
  return new Set(keys.map((key) => fieldBehind(orderDirective, key) ?? fieldBehind(deleteDirective, key) ?? key));
}

interface Place {
  readonly patch: JsonObject;
  readonly key: string;
}

/** undefined: it stays as it is; null: it goes. */
function mergeField(type: AnyType | undefined, old: unknown, { patch, key }: Place): unknown {
  const [change, order, remove] = [
    ownValue(patch, key),
    ownValue(patch, `${orderDirective}/${key}`),
    ownValue(patch, `${deleteDirective}/${key}`),
  ];
  if (isJsonObject(change)) return isJsonObject(old) ? mergeObject(type, old, change) : broughtObject(change);
  if (change !== undefined && !Array.isArray(change)) return change;
  if (!Array.isArray(old)) return change === undefined ? undefined : brought(change);
  return mergeList(type, {
    old,
    change: change ?? [],
    order: order === undefined ? undefined : mustList(order),
    remove: remove === undefined || remove === null ? [] : mustList(remove),
    isReplaced: change !== undefined,
  });
}

/** What deletes what isn't there brings nothing. */
const broughtObject = (change: JsonObject): unknown => (change.$patch === "delete" ? undefined : brought(change));

interface WholeChange extends ListChange {
  /** There is a list in the patch, and not only directives about it. */
  readonly isReplaced: boolean;
}

function mergeList(type: AnyType | undefined, list: WholeChange): readonly unknown[] {
  const shape = type?.shape;
  if (shape?.is === "lazy") return mergeList(shape.to(), list);
  if (shape?.is !== "list" || shape.merge.patchKey === undefined)
    return list.isReplaced ? list.change : list.old.filter((one) => !list.remove.includes(one));
  const { of, merge } = shape;
  const { patchKey = "" } = merge;
  if (list.order !== undefined) checkOrder(list.change, list.order, patchKey);
  if (patchKey === "") return mergeValues(list);
  return mergeEntries(list, patchKey, (old, change) => mergeObject(of, old, change));
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
