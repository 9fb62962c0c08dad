import { isJsonObject, ownEntry, ownValue } from "../json.ts";

/**
 * RFC 7396: a patch that looks like the document; null removes. Leaves its arguments alone.
 */
export function applyMergePatch(document: unknown, patch: unknown): unknown {
  if (!isJsonObject(patch)) return patch;
  const result: Record<string, unknown> = isJsonObject(document) ? { ...document } : {};
  for (const [key, change] of Object.entries(patch)) {
    if (change === null) delete result[key];
    else Object.defineProperty(result, key, ownEntry(applyMergePatch(ownValue(result, key), change)));
  }
  return result;
}
