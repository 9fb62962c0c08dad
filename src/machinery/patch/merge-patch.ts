import { isObject, ownEntry } from "./values.ts";

/**
 * RFC 7396: a patch that looks like the document; null removes. Leaves its arguments alone.
 */
export function applyMergePatch(document: unknown, patch: unknown): unknown {
  if (!isObject(patch)) return patch;
  const result: Record<string, unknown> = isObject(document) ? { ...document } : {};
  for (const [key, change] of Object.entries(patch)) {
    if (change === null) delete result[key];
    else Object.defineProperty(result, key, ownEntry(applyMergePatch(ownValue(result, key), change)));
  }
  return result;
}
const ownValue = (object: Readonly<Record<string, unknown>>, key: string): unknown =>
  Object.hasOwn(object, key) ? object[key] : undefined;
