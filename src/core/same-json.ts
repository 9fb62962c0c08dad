import { isJsonObject } from "#machinery/json.ts";

/** JSON with the fields of every object in alphabetical order, and without those that are undefined: equal values, equal text. */
export const canonicalJson = (value: unknown): string => JSON.stringify(value, sortedFields);

const sortedFields = (_: string, value: unknown): unknown =>
  typeof value === "object" && value !== null && !Array.isArray(value)
    ? Object.fromEntries(Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1)))
    : value;

/** Whether two values are the same in JSON; the order of fields is no matter, that of lists is. Undefined fields are none. */
export function sameJson(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (Array.isArray(a)) return Array.isArray(b) && a.length === b.length && a.every((one, i) => sameJson(one, b[i]));
  if (!isJsonObject(a) || !isJsonObject(b)) return false;
  let surplus = 0;
  for (const name in a) {
    if (a[name] === undefined) continue;
    if (!sameJson(a[name], b[name])) return false;
    surplus--;
  }
  for (const name in b) if (b[name] !== undefined) surplus++;
  return surplus === 0;
}
