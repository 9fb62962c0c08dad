/** Whether two values have the same content: fields, lists and Maps, all the way down. Undefined fields are none. */
export function sameValue(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true;
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return false;
  if (Array.isArray(a)) return Array.isArray(b) && a.length === b.length && a.every((one, i) => sameValue(one, b[i]));
  if (a instanceof Map)
    return b instanceof Map && a.size === b.size && a.entries().every(([key, one]) => sameValue(one, b.get(key)));
  return sameFields(new Map(Object.entries(a)), new Map(Object.entries(b)));
}

function sameFields(a: ReadonlyMap<string, unknown>, b: ReadonlyMap<string, unknown>): boolean {
  for (const [name, one] of a) if (!sameValue(one, b.get(name))) return false;
  for (const [name, one] of b) if (one !== undefined && !a.has(name)) return false;
  return true;
}
